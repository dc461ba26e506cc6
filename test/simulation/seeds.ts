import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulationResult } from './simulation.ts';

/** What a seed came to, without its log. */
export type SeedResult = Pick<SimulationResult, 'seed' | 'violations' | 'counts'>;

/** Next to this module, compiled or not. */
const WORKER = fileURLToPath(new URL(`worker${extname(import.meta.url)}`, import.meta.url));

/** Simulates seeds in as many processes as there are processors; calls `onResult` for each. */
export async function simulateSeeds(
  first: number,
  count: number,
  onResult: (result: SeedResult) => void = () => {},
): Promise<SeedResult[]> {
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  const results: SeedResult[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(WORKER, { execArgv: process.execArgv });
      const next = () => {
        const seed = seeds.shift();
        if (seed === undefined) child.disconnect();
        else child.send(seed);
      };
      child.on('message', (result: SeedResult) => {
        results.push(result);
        onResult(result);
        next();
      });
      child.on('error', reject);
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a simulation ended with code ${code}`))));
      next();
    });
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism()) }, work));
  return results.sort((a, b) => a.seed - b.seed);
}
