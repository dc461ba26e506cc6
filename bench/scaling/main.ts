// npm run bench:scaling: measures ClickHouse, and writes docs/scaling.md and the section of docs/performance.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clickhouseFigures, clickhouseSection } from '../clickhouse.ts';
import { Fleets } from '../fleets.ts';
import { machine } from '../machine.ts';
import { renderInto, renderPlain } from '../render.ts';
import { knownFrom, renderScaling } from './render.ts';

const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-scaling-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const document = (name: string) => new URL(`../../docs/${name}.md`, import.meta.url);
const [performance, operations] = await Promise.all(
  ['performance', 'operations'].map((name) => readFile(document(name), 'utf8')),
);
const known = knownFrom(performance as string, operations as string);
const notes = await readFile(new URL('../notes.md', import.meta.url), 'utf8');
const measuredOn = machine();
const fleets = new Fleets(folder);
const engines = await clickhouseFigures(fleets);
const section = clickhouseSection(engines);
console.log(renderPlain(section));
const run = { date: new Date().toISOString().slice(0, 10), machine: measuredOn };
await writeFile(document('scaling'), renderScaling({ ...run, data: fleets.name, engines, known }));
await writeFile(document('performance'), renderInto(performance as string, { ...run, sections: [section] }, notes));
console.log('wrote docs/scaling.md and docs/performance.md');
