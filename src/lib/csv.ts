import { startsFormula } from './store-id.ts';
import { TRIMMED, trimmed } from './text.ts';

/** One field of a CSV file (RFC 4180): quoted only where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The fields of one line of a CSV file, without its end; `undefined`: a quote stands where none may. What is trimmed from
 * texts may stand around quotes.
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
 * As `csvField`, for text that people wrote, in a file that they open in a spreadsheet: an apostrophe before what would
 * be a formula makes it text. Not for the ids of stores, which programs read.
 */
export function spreadsheetField(text: string): string {
  return csvField(startsFormula(trimmed(text)) ? `'${text}` : text);
}
