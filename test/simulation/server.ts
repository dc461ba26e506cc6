import { pino } from 'pino';
import { createServices, type Services } from '../../src/compose/services.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import type { Outcome } from '../../src/intake/prober/probe-client.ts';
import { UserError } from '../../src/lib/errors.ts';
import { sleep } from '../../src/lib/world/timers.ts';
import { LocalKernel } from '../../src/reports/kernel.ts';
import type { SharedDatabase } from './database.ts';
import { MemoryDisk } from './disk.ts';
import { feedReader } from './feed-reader.ts';
import { type Machine, SimulatedProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** Where the synced feed lies on each machine. */
export const SYNCED_FEED = '/feeds/polls.csv';
/** Milliseconds between two polls of a store. */
export const INTERVAL = 60_000;
/** How many reports of one user may wait. */
export const WAITING_REPORTS = 4;

/** Milliseconds that a program has to stop after a request. */
const GRACE = 20_000;

/** Milliseconds until the supervisor restarts a program. */
const RESTART = 2_000;

const ACTIVE: Outcome = { kind: 'active', reason: 'status 200', code: undefined };

function configOf(): Config {
  const config = loadConfig({
    POLL: 'on',
    POLL_INTERVAL: '1m',
    PROBE_URL: 'http://{store_id}.test/',
    PROBE_TIMEOUT: '2s',
    POLLS_DIR: '/data/polls',
    RESULTS_DIR: '/data/results',
    UPLOADS_DIR: '/data/uploads',
    SYNC_POLLS: SYNCED_FEED,
    SYNC_CRON: '* * * * *',
    SYNC_SPREAD: '0s',
    LOG_LEVEL: 'info',
  });
  return { ...config, budgets: { ...config.budgets, waitingReportsPerUser: WAITING_REPORTS } };
}

/** A machine with the program on it, which is started again whenever it ends. */
export class SimulatedServer {
  readonly machine: Machine;
  readonly #scheduler: Scheduler;
  readonly #database: SharedDatabase;
  readonly #config = configOf();
  #process: SimulatedProcess;
  #services: Services | undefined;
  /** The services of a program that has started; before, it does not listen for requests. */
  #listening: Services | undefined;
  #starts = 0;

  constructor(name: string, scheduler: Scheduler, database: SharedDatabase) {
    this.machine = { name, disk: new MemoryDisk(), clockError: 0 };
    this.#scheduler = scheduler;
    this.#database = database;
    this.#process = new SimulatedProcess(scheduler, this.machine);
  }

  get name(): string {
    return this.machine.name;
  }

  get process(): SimulatedProcess {
    return this.#process;
  }

  /** Starts the program. */
  start(): void {
    const process = new SimulatedProcess(this.#scheduler, this.machine);
    this.#process = process;
    this.#services = undefined;
    this.#listening = undefined;
    const name = `${this.name}${++this.#starts}`;
    process.do('starts', () => this.#run(process, name), 0);
  }

  async #run(process: SimulatedProcess, name: string): Promise<void> {
    const write = (line: string) => {
      const { level, time: _time, pid: _pid, hostname: _host, msg, err, ...fields } = JSON.parse(line);
      const trouble = err === undefined ? '' : ` ${ownStack(err.stack)}`;
      if (level >= 30) this.#scheduler.note(this.name, `log: ${msg} ${JSON.stringify(fields)}${trouble}`);
    };
    const services = createServices(this.#config, this.#database.storageFor(process), {
      log: pino({ level: 'info' }, { write }),
      reader: feedReader,
      // Threads would answer in an order of their own.
      kernel: new LocalKernel(),
      client: { rule: this.#config.poll.rule, probe: () => this.#probe() },
      server: name,
    });
    this.#services = services;
    services.start().then(
      () => {
        if (services === this.#services) this.#listening = services;
      },
      (error: unknown) => {
        // As the program itself ends when it cannot start.
        this.#scheduler.note(this.name, `cannot start: ${error}`);
        this.kill();
      },
    );
  }

  async #probe(): Promise<Outcome> {
    const { random } = this.#scheduler;
    await sleep(random.between(20, 400));
    return ACTIVE;
  }

  /** Tells the program to stop, as with SIGTERM, and kills it when it does not in time. */
  restart(): void {
    const process = this.#process;
    const end = () => {
      if (process === this.#process) this.kill();
    };
    process.do('is asked to stop', () => void this.#services?.stop().then(end, end), 0);
    this.#scheduler.schedule(GRACE, '', OUTSIDE, end);
  }

  /** Ends the process in the middle of whatever it does; it is started again by and by. */
  kill({ power = false, after = RESTART }: { readonly power?: boolean; readonly after?: number } = {}): void {
    if (this.#process.state === 'dead') return;
    this.#process.kill();
    if (power) this.machine.disk.losePower();
    this.#scheduler.schedule(after, '', OUTSIDE, () => this.start());
  }

  /**
   * What a client gets from a request to this server.
   *
   * @throws UserError `unavailable` when no answer comes in time, as the server's own error otherwise
   */
  request<T>(what: string, work: (services: Services) => Promise<T>): Promise<T> {
    const process = this.#process;
    const { random } = this.#scheduler;
    return new Promise((resolve, reject) => {
      const timeout = this.#scheduler.schedule(ANSWER_TIMEOUT, '', OUTSIDE, () => reject(noAnswer()));
      const answer = (how: string, give: () => void) =>
        process.do(
          `${what} ${how}`,
          () => {
            timeout.cancelled = true;
            give();
          },
          random.between(1, 10),
        );
      const run = () => {
        const services = this.#listening;
        if (services === undefined) return answer('is refused', () => reject(noAnswer()));
        work(services).then(
          (result) => answer('is answered', () => resolve(result)),
          (error) => answer(`fails: ${error.message}`, () => reject(error)),
        );
      };
      process.do(what, run, random.between(1, 10));
    });
  }
}

/** Milliseconds after which a client gives up. */
const ANSWER_TIMEOUT = 25_000;

function noAnswer(): UserError {
  return new UserError('unavailable', 'the server does not answer');
}

/** A stack without the frames of the scheduler and of its caller, which are not those of the program. */
function ownStack(stack: string): string {
  const lines = stack.split('\n');
  const end = lines.findIndex((line) => line.includes('/simulation/scheduler.ts'));
  return lines.slice(0, end === -1 ? undefined : end).join('\n');
}

/** Whatever no fault touches: clients, supervisors. */
export const OUTSIDE = { name: 'outside', state: 'running' } as const;
