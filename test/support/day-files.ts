import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The polls in the day files, as lines without line ends. */
export function linesIn(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(1, -1));
}
