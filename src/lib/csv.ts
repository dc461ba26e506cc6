import { startsFormula } from './store-id.ts';
import { TRIMMED, trimmed } from './text.ts';

/** One field of a CSV file (RFC 4180): quoted only where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Splits one line of a CSV file, without its line end, into fields. Characters that are trimmed from texts may surround
 * quotes. `undefined`: a quote is out of place.
 */
export function csvFields(line: string, delimiter = ','): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  const blanks = `[${TRIMMED.replace(delimiter, '')}]*`;
  const field = new RegExp(`${blanks}(?:"((?:[^"]|"")*)"${blanks}|([^"\\${delimiter}]*))(\\${delimiter}|$)`, 'y');
  const fields: string[] = [];
  for (let end = delimiter; end !== ''; ) {
    const match = field.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? (match[2] as string));
    end = match[3] as string;
  }
  return fields;
}

/**
 * Like `csvField`, for text written by people, in a file for spreadsheets: an apostrophe turns a formula into text. Not
 * for store ids, which programs read. A text that has such an apostrophe gets another one: the stores feed removes one.
 */
export function spreadsheetField(text: string): string {
  const start = trimmed(text);
  return csvField(startsFormula(start) || /^'+[=+@-]/.test(start) ? `'${text}` : text);
}
