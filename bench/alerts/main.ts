// npm run bench:alerts [-- NAME …]: measures the alerts and writes the section "Measured" of docs/alerts.md, or its parts
// with these names.
import { readFile, writeFile } from 'node:fs/promises';
import { machine } from '../machine.ts';
import { MEASUREMENTS } from './measure.ts';
import { type Part, withParts } from './render.ts';
import { FULL } from './sizes.ts';

const FILE = new URL('../../docs/alerts.md', import.meta.url);

const named = process.argv.slice(2);
const unknown = named.find((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown !== undefined) {
  console.error(`measurement is "${unknown}", expected one of ${Object.keys(MEASUREMENTS).join(', ')}`);
  process.exit(1);
}

console.log(machine());
const parts: Part[] = [];
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const part = await measure(FULL);
  parts.push(part);
  console.log(`\n${part.title}\n\n${part.text}`);
}
await writeFile(FILE, withParts(await readFile(FILE, 'utf8'), parts));
console.log('\nwrote docs/alerts.md');
