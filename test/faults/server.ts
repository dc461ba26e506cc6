import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { childrenOf, type Owner, type Running, start } from '../support/process.ts';
import { SmallDisk } from './disk.ts';

const CLOCK = new URL('./shifted-clock.js', import.meta.url).href;
/** Milliseconds after which the supervisor starts a server again. */
const RESTART = 50;
const DISK_MEGABYTES = 384;
/** Milliseconds after which a server that was asked to stop is killed; 20 s are promised. */
const GRACE = 45_000;

export interface ServerSettings {
  readonly name: string;
  /** A folder of its own. */
  readonly folder: string;
  /** A URL, or `undefined` for a DuckDB file in the folder. */
  readonly database: string | undefined;
  /** Receives what happens. */
  readonly log: (line: string) => void;
}

/** How a process ended that was asked to. */
export interface End {
  /** The exit code, or the signal. */
  readonly by: number | string | null;
  readonly output: string;
}

/** A server as a process, which is started again whenever it ends. */
export class FaultyServer {
  readonly name: string;
  readonly url: string;
  readonly folder: string;
  readonly database: string;
  /** `undefined`: it cannot be filled up here. */
  readonly disk: SmallDisk | undefined;
  readonly #owner: Owner;
  readonly #ownDatabase: boolean;
  readonly #port: number;
  readonly #log: (line: string) => void;
  #running: Running | undefined;
  #supervised = true;
  #starts = 0;

  private constructor(owner: Owner, { name, folder, database, log }: ServerSettings, port: number) {
    mkdirSync(folder, { recursive: true });
    this.#owner = owner;
    this.name = name;
    this.folder = folder;
    this.disk = SmallDisk.mount(owner, folder, DISK_MEGABYTES);
    this.#ownDatabase = database === undefined;
    this.database = database ?? join(folder, 'monitor.duckdb');
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#log = (line) => log(`${name}: ${line}`);
  }

  static async start(owner: Owner, settings: ServerSettings): Promise<FaultyServer> {
    const server = new FaultyServer(owner, settings, await freePort());
    owner.after(() => {
      server.#supervised = false;
    });
    server.#start();
    await server.ready();
    return server;
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  #start(): void {
    this.#starts++;
    // Nothing tells it that its clock is wrong when it starts, unless the database has one, too.
    if (this.#ownDatabase) this.shiftClock(0);
    const running = start(this.#owner, this.folder, ['serve', '--port', String(this.#port)], {
      DATABASE_URL: this.database,
      RESULTS_DIR: join(this.folder, 'results'),
      UPLOADS_DIR: join(this.folder, 'uploads'),
      POLLS_DIR: join(this.folder, 'polls'),
      RATE_LIMIT: '0',
      SECRET_KEY: 's'.repeat(32),
      NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8',
      NOTIFY_TIMEOUT: '2s',
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--import=${CLOCK}`,
      TEST_CLOCK_FILE: this.#clockFile,
    });
    this.#running = running;
    this.#log(`starts as ${running.process.pid}`);
    running.process.once('close', () => {
      for (const line of running.output().trimEnd().split('\n')) this.#log(`| ${line}`);
    });
    running.process.once('exit', (code, signal) => {
      this.#log(`${running.process.pid} ended with ${signal ?? code}`);
      this.#running = undefined;
      setTimeout(() => {
        if (this.#supervised) this.#start();
      }, RESTART);
    });
  }

  get #clockFile(): string {
    return `${this.folder}.clock`;
  }

  /** Waits until it answers, for a minute at most. */
  async ready(): Promise<boolean> {
    for (let i = 0; i < 600; i++) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      if (answer?.status === 200) return true;
      await sleep(100);
    }
    return false;
  }

  /** Waits until its process says that it listens, for a minute at most. */
  async listens(): Promise<void> {
    for (let i = 0; i < 600 && !isListening(this.#running); i++) await sleep(100);
  }

  /** Says whether there was a process. */
  async kill(): Promise<boolean> {
    const running = this.#running;
    await running?.end('SIGKILL');
    return running !== undefined;
  }

  /** Kills the processes that read feeds for it; says how many there were. */
  killReaders(): number {
    const pid = this.#running?.process.pid;
    const readers = pid === undefined ? [] : childrenOf(pid);
    return readers.filter((reader) => isKilled(reader)).length;
  }

  stop(): void {
    this.#running?.process.kill('SIGSTOP');
  }

  resume(): void {
    this.#running?.process.kill('SIGCONT');
  }

  /** Asks it to stop, and waits. `undefined`: it was not running. */
  async restart(): Promise<End | undefined> {
    const running = this.#running;
    if (running === undefined) return undefined;
    const timer = setTimeout(() => running.process.kill('SIGKILL'), GRACE);
    const code = await running.end('SIGTERM');
    clearTimeout(timer);
    return { by: running.process.signalCode ?? code, output: running.output().slice(-2_000) };
  }

  /** The same for good. */
  async end(): Promise<End | undefined> {
    this.#supervised = false;
    return this.restart();
  }

  /** @param milliseconds how far the wall clock is ahead */
  shiftClock(milliseconds: number): void {
    writeFileSync(this.#clockFile, String(milliseconds));
  }

  /** @param bytes how far files can be written; `undefined`: without a limit */
  limitFiles(bytes: number | undefined): void {
    const pid = this.#running?.process.pid;
    if (pid === undefined) return;
    try {
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`], { stdio: 'ignore' });
    } catch {
      // It has ended meanwhile.
    }
  }

  /** Whether the file of an import is in its uploads folder. */
  hasUpload(importId: string): boolean {
    return existsSync(join(this.folder, 'uploads', `${importId}.upload`));
  }
}

function isListening(running: Running | undefined): boolean {
  return running?.output().includes('listening on') ?? false;
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
