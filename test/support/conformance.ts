import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../conformance/', import.meta.url));

export interface ConformanceCase {
  readonly name: string;
  /** The paths of the three feeds. */
  readonly files: { readonly polls: string; readonly hours: string; readonly zones: string };
  readonly asOf: string;
  /** The exact figures of every store, in the format of the file. */
  readonly expected: string;
}

export function conformanceCases(): ConformanceCase[] {
  return readdirSync(root)
    .sort()
    .map((name) => ({
      name,
      files: {
        polls: `${root}${name}/store_status.csv`,
        hours: `${root}${name}/menu_hours.csv`,
        zones: `${root}${name}/timezones.csv`,
      },
      asOf: readFileSync(`${root}${name}/as_of.txt`, 'utf8').trim(),
      expected: readFileSync(`${root}${name}/expected.csv`, 'utf8'),
    }));
}

/** The rows of a plain CSV file (no quoting) as records by column name. */
export function readRecords(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, fields[i] ?? '']));
  });
}
