// Simulates two servers on one database while much goes wrong: `npm run simulate:faults -- --seeds 100 [--seed 1]`.
// A seed that fails is printed; `--seed S` alone replays it and prints everything that happened.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type SeedResult, simulateSeeds } from '../test/simulation/seeds.ts';
import { simulate } from '../test/simulation/simulation.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, seeds: { type: 'string' } } });
const first = wholeNumber('--seed', values.seed ?? '1');

if (values.seeds === undefined && values.seed !== undefined) {
  const { log, violations } = await simulate(first);
  for (const line of log) console.log(line);
  tell({ seed: first, violations });
  process.exitCode = violations.length > 0 ? 1 : 0;
} else {
  const started = performance.now();
  const results = await simulateSeeds(first, wholeNumber('--seeds', values.seeds ?? '100'), tell);
  const failed = results.filter(({ violations }) => violations.length > 0);
  const sum = (name: keyof SeedResult['counts']) => results.reduce((total, { counts }) => total + counts[name], 0);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(
    `${results.length} seeds in ${seconds} s: ${sum('events')} events, ${sum('commits')} commits, ` +
      `${sum('polls')} acknowledged polls, ${sum('reports')} reports read ${sum('reads')} times, ` +
      `${sum('imports')} accepted imports`,
  );
  console.log(failed.length === 0 ? 'nothing is wrong' : `failing seeds: ${failed.map(({ seed }) => seed).join(' ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function tell({ seed, violations }: Pick<SeedResult, 'seed' | 'violations'>): void {
  for (const { invariant, what } of violations) console.log(`seed ${seed}: ${invariant}: ${what}`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`${name} is "${text}", expected a whole number`);
  process.exit(2);
}
