import { LIMITS } from './budgets.ts';
import { invalid, messageOf } from './errors.ts';

/**
 * The value of a JSON text from outside. Text that nests deeper than any request needs to is refused before it is
 * parsed: what walks over the value later may use the stack.
 *
 * @param name what the text is, for the message: `the body`
 * @throws UserError `invalid_input`
 */
export function parseJson(text: string, name: string): unknown {
  if (nestsDeeper(text, LIMITS.jsonDepth)) {
    throw invalid(`${name} nests deeper than ${LIMITS.jsonDepth} levels of JSON`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`${name} is no JSON: ${messageOf(error)}`);
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > most) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** The place of the quote that ends the string which begins at `start`; without one, the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    // An even number of backslashes escape one another, not the quote.
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}
