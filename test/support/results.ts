import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultKind } from '../../src/reports/results.ts';

/** The files of a report in its results folder, without the attempt in their names, sorted. */
export function resultFiles(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => name.replace(/^([^.]+)\.[^.]+\.(csv|figures)$/, '$1.$2'))
    .sort();
}

/** The path of a report's result; there must be one. */
export function resultFile(folder: string, id: string, kind: ResultKind): string {
  const [name, ...others] = readdirSync(folder).filter((found) => found.startsWith(id) && found.endsWith(`.${kind}`));
  if (name === undefined || others.length > 0) throw new Error(`${others.length + 1} files ${kind} of report ${id}`);
  return join(folder, name);
}
