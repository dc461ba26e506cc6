import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const ASKING = 50;

export interface Served {
  readonly url: string;
  end(): Promise<void>;
}

/** The built program as a server in a separate process. */
export async function serve(database: string, resultsDir: string, env: NodeJS.ProcessEnv = {}): Promise<Served> {
  const args = [MAIN, 'serve', '--port', '0', '--host', '127.0.0.1', '--database', database];
  const child = spawn(process.execPath, [...args, '--results-dir', resultsDir, '--log-level', 'info'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RATE_LIMIT: '0', ...env },
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

/** Triggers one report after another until stopped; returns the number of completed ones. */
export function reportsBackToBack(url: string): { stop: () => Promise<number> } {
  let going = true;
  const work = async (): Promise<number> => {
    let made = 0;
    while (going) {
      const triggered = await fetch(`${url}/trigger_report`, { method: 'POST' });
      const { report_id: id } = (await triggered.json()) as { report_id: string };
      for (let status = 'Running'; going && status === 'Running'; ) {
        await sleep(ASKING);
        const answer = await fetch(`${url}/get_report?report_id=${id}`, { headers: { accept: 'application/json' } });
        ({ status } = (await answer.json()) as { status: string });
        if (status === 'Failed') throw new Error('a report failed');
        if (status === 'Complete') made++;
      }
    }
    return made;
  };
  const working = work();
  working.catch(() => {});
  return {
    stop: () => {
      going = false;
      return working;
    },
  };
}
