import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../conformance/', import.meta.url));
const periodsRoot = fileURLToPath(new URL('../conformance-periods/', import.meta.url));

interface CaseInput {
  readonly name: string;
  /** The paths of the three feeds. */
  readonly files: { readonly polls: string; readonly hours: string; readonly zones: string };
  readonly asOf: string;
}

export interface ConformanceCase extends CaseInput {
  /** The exact figures of every store, in the format of the file. */
  readonly expected: string;
}

export function conformanceCases(): ConformanceCase[] {
  return readdirSync(root)
    .sort()
    .map((name) => ({
      name,
      ...inputIn(`${root}${name}`),
      expected: readFileSync(`${root}${name}/expected.csv`, 'utf8'),
    }));
}

export interface PeriodCase extends CaseInput {
  /** Local dates, of which the second is not in the period. */
  readonly from: string;
  readonly to: string;
  /** The exact results, in the format of the files. */
  readonly days: string;
  readonly weekHours: string;
}

export function periodCases(): PeriodCase[] {
  return readdirSync(periodsRoot)
    .sort()
    .map((name) => {
      const folder = `${periodsRoot}${name}`;
      const [from = '', to = ''] = readFileSync(`${folder}/period.txt`, 'utf8').trim().split(' ');
      return {
        ...{ name, from, to, ...inputIn(folder) },
        days: readFileSync(`${folder}/days.csv`, 'utf8'),
        weekHours: readFileSync(`${folder}/week_hours.csv`, 'utf8'),
      };
    });
}

function inputIn(folder: string): Pick<CaseInput, 'files' | 'asOf'> {
  return {
    files: {
      polls: `${folder}/store_status.csv`,
      hours: `${folder}/menu_hours.csv`,
      zones: `${folder}/timezones.csv`,
    },
    asOf: readFileSync(`${folder}/as_of.txt`, 'utf8').trim(),
  };
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
