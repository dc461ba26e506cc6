import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** A built server in a process of its own. */
export async function serve(database: string, resultsDir: string): Promise<{ url: string; end: () => Promise<void> }> {
  const args = [MAIN, 'serve', '--port', '0', '--host', '127.0.0.1', '--database', database];
  const child = spawn(process.execPath, [...args, '--results-dir', resultsDir, '--log-level', 'info'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
    process.off('exit', killed);
  };
  try {
    return { url: await addressOf(child), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended before it listened:\n${output}`)));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < 10_000) output += text;
      const [, url] = /Server listening at (http:\/\/[\d.:]+)/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}
