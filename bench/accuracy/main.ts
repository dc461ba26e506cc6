// npm run bench:accuracy: how close the estimates are to a simulated truth; writes docs/accuracy.md and its plots.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGIME_NAMES, REGIMES, type RegimeName } from '../../src/simulate/regimes.ts';
import { simulatedFleet } from '../../test/support/simulated.ts';
import { Fleets } from '../fleets.ts';
import { loadBatch } from '../kernel.ts';
import { leaveOneOut, type Prediction } from './leave-one-out.ts';
import { render, renderPlots } from './render.ts';
import { score, type WindowScores } from './scores.ts';

const STORES = 4_000;
const SEEDS = [101, 102, 103, 104];

const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-accuracy-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const scores = {} as Record<RegimeName, WindowScores[]>;
const predictions: { name: string; predictions: Prediction }[] = [];
for (const name of REGIME_NAMES) {
  const fleets = SEEDS.map((seed) => simulatedFleet(name, STORES, seed));
  scores[name] = score(fleets);
  const [fleet] = fleets;
  if (fleet) predictions.push({ name, predictions: leaveOneOut(fleet.batch, fleet.asOf) });
  console.log(`${name}: ${REGIMES[name].what}`);
}
const files = new Fleets(folder);
const { batch, asOf } = await loadBatch(await files.database());
predictions.push({ name: files.name, predictions: leaveOneOut(batch, asOf) });

const results = { scores, predictions, stores: STORES, fleets: SEEDS.length };
for (const [name, svg] of Object.entries(renderPlots(results))) write(`accuracy-${name}.svg`, svg);
write('accuracy.md', render(results));

function write(name: string, text: string): void {
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);
  console.log(`docs/${name} is written`);
}
