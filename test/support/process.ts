import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built program; `npm test` builds it. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Runs work in the end, such as a test that runs it after itself. */
export interface Owner {
  after(work: () => unknown): void;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  /** The output so far, both streams. */
  output(): string;
  /** Resolves with the match once it is in the output; rejects if the program ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end; returns the exit code (`null`: a signal ended it). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the program in `cwd`; it is killed after the test if it still runs. */
export function start(t: Owner, cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...environment(), ...env } });
  const exited = once(child, 'exit');
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  let ended = false;
  /** What waits for output or the end. */
  const waiting = new Set<() => void>();
  const look = () => {
    for (const one of waiting) one();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      look();
    });
  }
  child.on('close', () => {
    ended = true;
    look();
  });
  return {
    process: child,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output);
          if (match === null && !ended) return;
          waiting.delete(check);
          if (match !== null) resolve(match);
          else reject(new Error(`it ended without ${pattern}:\n${output}`));
        };
        waiting.add(check);
        check();
      }),
    end: async (signal) => {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}

/** Runs the program to its end. */
export async function run(
  cwd: string,
  args: readonly string[],
  input = '',
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...environment(), ...env } });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** Starts `serve` on a free port and waits until it listens. */
export async function serve(t: Owner, cwd: string, ...args: string[]): Promise<Running & { url: string }> {
  const server = start(t, cwd, ['serve', '--port', '0', ...args]);
  // From this line on, a signal stops the server instead of ending the process.
  const [, url = ''] = await server.says(/^listening on (http:\/\/[\d.:]+)/m);
  return { ...server, url };
}

/** None of the variables that configure the program reach it from outside. */
function environment(): NodeJS.ProcessEnv {
  const own =
    /^(HOST|PORT|DATABASE_URL|RESULTS_DIR|UPLOADS_DIR|LOG_LEVEL|RATE_LIMIT|ESTIMATOR|POLL|POLLS?_.*|PROBE_.*|SYNC_.*|REPORT_RETENTION|MAX_UPLOAD_BYTES|TZDATA_DIR|TRUSTED_PROXIES|SECURITY_CONTACT|SECRET_KEY|DEBUG|NODE_TEST_CONTEXT)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** Whether a process runs; one that has ended and whose parent has not noticed does not. Only on Linux. */
export function isRunning(pid: number): boolean {
  const state = statusOf(pid, 'State');
  return state !== undefined && !state.startsWith('Z');
}

/** The running processes that a process has started. Only on Linux. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => statusOf(other, 'PPid') === String(pid) && isRunning(other));
}

/** A line of the status of a process; `undefined`: there is no such process. */
function statusOf(pid: number, name: string): string | undefined {
  try {
    return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
