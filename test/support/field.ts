import { fileURLToPath } from 'node:url';

/** The path of a file of the field cases: `fieldFile('zones-of-2026/timezones.csv')`. */
export function fieldFile(path: string): string {
  return fileURLToPath(new URL(`../field/${path}`, import.meta.url));
}
