import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('hold-temporary-folder.ts', import.meta.url));

/** Starts a process that holds a temporary folder, with a file in it, below `parent`. */
export async function temporaryHolder(t: TestContext, parent: string): Promise<{ child: ChildProcess; path: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => kill(child));
  const [line] = await once(child.stdout, 'data');
  return { child, path: String(line).trim() };
}

/** Kills a process and waits for its end. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
