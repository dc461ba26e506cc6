import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Starts a server of ours that adds batches, and kills it some time after its first one.
 *
 * @param args those of `appending.ts`
 * @param wait milliseconds
 * @returns the numbers of the batches that it confirmed
 */
export async function killedWhileAppending(args: readonly string[], wait: number): Promise<number[]> {
  const program = fileURLToPath(new URL('appending.ts', import.meta.url));
  const other = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(other, 'close');
  const numbers: number[] = [];
  const working = new Promise<void>((resolve) => {
    createInterface(other.stdout).on('line', (line) => {
      numbers.push(Number(line));
      resolve();
    });
  });
  await Promise.race([working, ended]);
  await sleep(wait);
  other.kill('SIGKILL');
  await ended;
  return numbers;
}
