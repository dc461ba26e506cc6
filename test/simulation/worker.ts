// Simulates the seeds that its parent sends, one after the other.
import process from 'node:process';
import { simulate } from './simulation.ts';

process.on('message', async (seed: number) => {
  const { violations, counts } = await simulate(seed);
  process.send?.({ seed, violations, counts });
});
