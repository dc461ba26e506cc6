// Tries a restore as docs/operations.md describes it, with crashes in between: `npm run build`, then
// `node --import tsx scripts/restore-drill.ts [postgres://…]`. A database that is named must be empty; it is filled.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
/** Milliseconds after which a restore is killed, once it has begun to write. */
const KILLS = [0, 50, 100, 200, 400, 800];

export interface Drill {
  /** An empty folder of its own. */
  readonly folder: string;
  /** A DuckDB file in the folder, or the URL of an empty PostgreSQL database. */
  readonly database: string;
  /** Receives what was done, a line for each step. */
  readonly onStep: (line: string) => void;
}

/** @throws AssertionError when a step does not end as it should */
export async function restoreDrill({ folder, database, onStep }: Drill): Promise<void> {
  const isFile = !/^postgres(ql)?:/.test(database);
  const program = new Program(folder, database);
  const feed = (name: string) => join(folder, 'fleet', name);
  await program.run('simulate', '--stores', '300', '--days', '8', '--out', join(folder, 'fleet'));
  await program.run('import', '--polls', feed('store_status.csv'), '--hours', feed('menu_hours.csv'));
  const adding = program.start('user', 'add', 'drill', '--role', 'admin', '--password-stdin');
  adding.stdin?.end(randomBytes(18).toString('base64url'));
  assert.deepEqual(await once(adding, 'close'), [0, null], 'the admin is added');
  const scopes = 'backups:read,polls:write,stores:write,reports:read,reports:write';
  const key = await program.run('key', 'add', '--user', 'drill', '--name', 'drill', '--scopes', scopes);
  writeFileSync(join(folder, 'key'), key, { mode: 0o600 });

  const server = await program.serve(key.trim());
  const report = await server.report();
  const polls = server.postPolls('during');
  const backup = join(folder, 'backup');
  const from = isFile ? ['--url', server.url, '--key-file', join(folder, 'key')] : [];
  await program.run('backup', '--to', backup, ...from);
  polls.stop();
  await polls.ended;
  await server.post('after', 200);
  onStep('backed up while the server took polls');
  await server.kill();
  assert.ok(!isFile || existsSync(`${database}.wal`), 'the killed server has left its log');
  onStep('killed the server');

  if (isFile) {
    // What a raw copy over the file would do, on a copy of all of it.
    const copy = join(folder, 'copy.duckdb');
    for (const end of ['', '.wal', '.wal.generation', '.generation']) cpSync(`${database}${end}`, `${copy}${end}`);
    cpSync(join(backup, 'monitor.duckdb'), copy);
    const refused = await program.end('check', '--database', copy);
    assert.equal(refused.code, 1, refused.output);
    onStep('a copy over the file beside its log is refused');
  }

  let kills = 0;
  for (const delay of KILLS) {
    const restore = program.start('restore', '--from', backup, '--replace');
    if (await killOnceBegun(restore, isFile ? `${database}.restoring` : undefined, delay)) kills++;
    const { code, output } = await program.end('check');
    assert.equal(code, 0, `killed after ${delay} ms: ${output}`);
  }
  onStep(`killed ${kills} restores; the database was sound after each`);

  await program.run('restore', '--from', backup, '--replace');
  await program.run('check');
  const restored = await program.run('report');
  assert.equal(
    await program.run('report', '--database', join(backup, 'monitor.duckdb')),
    restored,
    'reports are equal',
  );
  assert.doesNotMatch(restored, /^after/m, 'nothing is left of what came after the backup');
  onStep('restored; the database is sound, and a report is that of the backup');

  const again = await program.serve(key.trim());
  assert.equal(await again.result(report.id), report.result, 'a report of before is still answered, byte for byte');
  await again.post('later', 50);
  assert.equal((await fetch(`${again.url}/readyz`)).status, 200);
  await again.kill();
  await program.run('check');
  onStep('served the old report, took new polls, was killed; the database is sound');
}

/**
 * Kills a restore some time after it has begun to write; says whether it was still running.
 *
 * @param file appears when it begins; `undefined`: it says so
 */
async function killOnceBegun(restore: ChildProcess, file: string | undefined, delay: number): Promise<boolean> {
  const ended = once(restore, 'exit');
  let said = '';
  restore.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const hasBegun = () => (file === undefined ? said.includes('restoring polls') : existsSync(file));
  while (!hasBegun() && restore.exitCode === null) await sleep(2);
  await sleep(delay);
  const killed = restore.exitCode === null && restore.kill('SIGKILL');
  await ended;
  return killed;
}

/** The built program, with its data in one folder. */
class Program {
  readonly #folder: string;
  readonly #database: string;

  constructor(folder: string, database: string) {
    this.#folder = folder;
    this.#database = database;
  }

  start(command: string, ...args: string[]): ChildProcess {
    const env = { ...process.env, DATABASE_URL: this.#database, LOG_LEVEL: 'info' };
    return spawn(process.execPath, [MAIN, command, ...args], { cwd: this.#folder, env });
  }

  /** Runs a command to its end. */
  async end(command: string, ...args: string[]): Promise<{ code: number | null; output: string; stdout: string }> {
    const child = this.start(command, ...args);
    let [output, stdout] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    return { code: child.exitCode, output, stdout };
  }

  /** The same, and it must succeed; returns what it wrote to standard output. */
  async run(command: string, ...args: string[]): Promise<string> {
    const { code, output, stdout } = await this.end(command, ...args);
    assert.equal(code, 0, `${command} ${args.join(' ')}: ${output}`);
    return stdout;
  }

  async serve(key: string): Promise<RunningServer> {
    const child = this.start('serve', '--port', '0');
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const found = /Server listening at (http:\/\/[\d.:]+)/.exec(output)?.[1];
          if (found !== undefined) resolve(found);
        });
      }
      child.once('exit', () => reject(new Error(`the server ended: ${output}`)));
    });
    return new RunningServer(child, url, key);
  }
}

class RunningServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(child: ChildProcess, url: string, key: string) {
    this.#child = child;
    this.url = url;
    this.#headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  }

  /** Asks for a report and waits for it. */
  async report(): Promise<{ id: string; result: string }> {
    const answer = await fetch(`${this.url}/trigger_report`, { method: 'POST', headers: this.#headers, body: '{}' });
    const { report_id: id } = (await answer.json()) as { report_id: string };
    return { id, result: await this.result(id) };
  }

  async result(id: string): Promise<string> {
    for (;;) {
      const answer = await fetch(`${this.url}/get_report?report_id=${id}`, { headers: this.#headers });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      if (text !== 'Running') return text;
      await sleep(50);
    }
  }

  /** Sends one poll for each of so many new stores. */
  async post(prefix: string, count: number): Promise<void> {
    const timestamp_utc = new Date().toISOString();
    const polls = Array.from({ length: count }, (_, i) => ({
      store_id: `${prefix}-${i}`,
      status: 'active',
      timestamp_utc,
    }));
    const body = JSON.stringify({ polls });
    const answer = await fetch(`${this.url}/api/v1/polls`, { method: 'POST', headers: this.#headers, body });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** Sends polls until it is stopped. */
  postPolls(prefix: string): { stop: () => void; ended: Promise<void> } {
    let stopped = false;
    const ended = (async () => {
      for (let round = 0; !stopped; round++) await this.post(`${prefix}-${round}`, 20);
    })();
    return {
      stop: () => {
        stopped = true;
      },
      ended,
    };
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-drill-'));
  try {
    const database = process.argv[2] ?? join(folder, 'monitor.duckdb');
    await restoreDrill({ folder, database, onStep: (line) => console.log(line) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
