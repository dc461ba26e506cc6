import { LIMITS } from './budgets.ts';
import { invalid, messageOf } from './errors.ts';

/**
 * Parses untrusted JSON. Text that nests deeper than any request needs is rejected before it is parsed, since code that
 * walks over the value may recurse.
 *
 * @param name of the text in messages: `the body`
 * @throws UserError `invalid_input`
 */
export function parseJson(text: string, name: string): unknown {
  if (nestsDeeper(text, LIMITS.jsonDepth)) {
    throw invalid(`${name} nests deeper than ${LIMITS.jsonDepth} levels of JSON`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`${name} is not valid JSON: ${messageOf(error)}`);
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

/** The position of the closing quote of the string that starts at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    // An even number of backslashes does not escape the quote.
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}
