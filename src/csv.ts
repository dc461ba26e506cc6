import { parse } from 'csv-parse/sync';

/** One field of a CSV file (RFC 4180): quoted only where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fields of one line of a CSV file, without its end; `undefined`: a quote stands where none may. */
export function csvFields(line: string, delimiter = ','): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  try {
    return (parse(line, { delimiter }) as string[][])[0];
  } catch {
    return undefined;
  }
}
