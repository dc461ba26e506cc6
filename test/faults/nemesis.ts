import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../simulation/random.ts';
import { execute, type TestPostgres } from '../support/postgres.ts';
import type { SmallDisk } from './disk.ts';
import type { Scene } from './poll-clients.ts';
import type { FaultyServer } from './server.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
/** The number that names the program among all that take advisory locks, and its lock of imports and changes. */
const CHANGES_LOCK = '1919774574, 2';

/** The database server, if there is one. */
export interface FaultyPostgres {
  readonly server: TestPostgres;
  /** The URL of the database. */
  readonly url: string;
  /** `undefined`: it cannot be filled up here. */
  readonly disk: SmallDisk | undefined;
}

export interface NemesisOptions {
  readonly scene: Pick<Scene, 'servers' | 'recorder'>;
  /** Decides what goes wrong, and for how long. */
  readonly seed: number;
  readonly postgres: FaultyPostgres | undefined;
  readonly log: (line: string) => void;
  /** Whether things go on going wrong. */
  readonly isOpen: () => boolean;
}

interface Fault {
  readonly name: string;
  /** How often, compared with the others. */
  readonly weight: number;
  readonly harm: () => Promise<unknown>;
}

/** Harms servers for a while, one thing after the other for the process of each, and one for what surrounds them. */
export class Nemesis {
  /** How often each thing was done. */
  readonly counts: Record<string, number> = {};
  readonly #options: NemesisOptions;

  constructor(options: NemesisOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { scene, seed } = this.#options;
    await Promise.all([
      ...scene.servers.map((server, i) =>
        this.#repeat((random) => this.#processFaults(server, random), new SeededRandom(seed + i), 2 * SECOND),
      ),
      this.#repeat((random) => this.#surroundings(random), new SeededRandom(-seed), 5 * SECOND),
    ]);
  }

  async #repeat(kinds: (random: SeededRandom) => Fault[], random: SeededRandom, pause: number): Promise<void> {
    const { log, isOpen } = this.#options;
    const faults = kinds(random);
    while (isOpen()) {
      await sleep(random.between(0, pause));
      const { name, harm } = pickByWeight(faults, random.next());
      log(`FAULT ${name}`);
      await harm();
      log(`end of ${name}`);
    }
  }

  /** Notes that something was done. */
  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #processFaults(server: FaultyServer, random: SeededRandom): Fault[] {
    const { recorder } = this.#options.scene;
    return [
      {
        name: `kill ${server.name}`,
        weight: 8,
        harm: async () => {
          if (await server.kill()) this.#count('SIGKILL of a server');
          // Some are killed again while they start.
          if (random.chance(0.85)) await server.listens();
          else await sleep(random.between(200, 2 * SECOND));
        },
      },
      {
        name: `kill a feed reader of ${server.name}`,
        weight: 2,
        harm: async () => {
          for (let i = 0; i < 100; i++) {
            if (server.killReaders() > 0) return this.#count('SIGKILL of a feed reader');
            await sleep(20);
          }
        },
      },
      {
        name: `restart ${server.name}`,
        weight: 1,
        harm: async () => {
          const end = await server.restart();
          if (end !== undefined) this.#count('graceful restart');
          // It ends by the signal while it starts, and if the database hangs.
          if (end !== undefined && ![0, 143, 'SIGTERM'].includes(end.by ?? ''))
            recorder.violate(
              'everything ends',
              `${server.name} was asked to stop, ended with ${end.by}: ${end.output}`,
            );
          await server.listens();
        },
      },
      {
        name: `stop ${server.name}`,
        weight: 1,
        harm: async () => {
          server.stop();
          this.#count('SIGSTOP of a server');
          await sleep(random.between(SECOND, 8 * SECOND));
          server.resume();
        },
      },
    ];
  }

  #surroundings(random: SeededRandom): Fault[] {
    const { servers, recorder } = this.#options.scene;
    const faults: Fault[] = [
      {
        name: 'clock',
        weight: 2,
        harm: async () => {
          const server = random.pick(servers);
          const direction = random.chance(0.5) ? 1 : -1;
          await server.listens();
          const start = recorder.now();
          server.shiftClock(direction * HOUR);
          this.#count(direction > 0 ? 'clock an hour ahead' : 'clock an hour behind');
          await sleep(random.between(2 * SECOND, 12 * SECOND));
          server.shiftClock(0);
          recorder.clockWasWrong({ start, end: recorder.now() });
        },
      },
      {
        name: 'limit of files',
        weight: 1,
        harm: async () => {
          const server = random.pick(servers);
          server.limitFiles(0);
          this.#count('file size limit');
          await sleep(random.between(SECOND, 6 * SECOND));
          server.limitFiles(undefined);
        },
      },
    ];
    if (servers.every(({ disk }) => disk !== undefined)) {
      faults.push({
        name: 'full disk of a server',
        weight: 2,
        harm: () => this.#fill(random.pick(servers).disk, random),
      });
    }
    const { postgres } = this.#options;
    return postgres === undefined ? faults : [...faults, ...this.#databaseFaults(postgres, random)];
  }

  #databaseFaults({ server, url, disk }: FaultyPostgres, random: SeededRandom): Fault[] {
    const crash = async (signal: 'SIGKILL' | 'SIGQUIT') => {
      await server.crash(signal);
      await sleep(random.between(0, 2 * SECOND));
      await server.revive();
    };
    const faults: Fault[] = [
      {
        name: 'kill PostgreSQL',
        weight: 3,
        harm: () => {
          this.#count('SIGKILL of PostgreSQL');
          return crash('SIGKILL');
        },
      },
      {
        name: 'immediate restart of PostgreSQL',
        weight: 2,
        harm: () => {
          this.#count('immediate restart of PostgreSQL');
          return crash('SIGQUIT');
        },
      },
      {
        name: 'stop PostgreSQL',
        weight: 1,
        harm: async () => {
          server.freeze();
          this.#count('SIGSTOP of PostgreSQL');
          await sleep(random.between(SECOND, 8 * SECOND));
          server.thaw();
        },
      },
      {
        name: 'read-only database',
        weight: 2,
        harm: async () => {
          await setReadOnly(url, true);
          this.#count('read-only database');
          await sleep(random.between(SECOND, 6 * SECOND));
          await setReadOnly(url, false);
        },
      },
      ...[
        'lock table polls in access share mode',
        'lock table reports in share row exclusive mode',
        `select pg_advisory_xact_lock(${CHANGES_LOCK})`,
      ].map((statement) => ({
        name: `hold ${statement}`,
        weight: 1,
        harm: async () => {
          const seconds = random.between(1, 7);
          this.#count('held lock');
          await execute(
            url,
            `set default_transaction_read_only = off; begin; ${statement}; select pg_sleep(${seconds})`,
          );
        },
      })),
    ];
    if (disk !== undefined) {
      faults.push({
        name: 'full disk of PostgreSQL',
        weight: 1,
        harm: async () => {
          await this.#fill(disk, random);
          await server.revive();
        },
      });
    }
    return faults;
  }

  async #fill(disk: SmallDisk | undefined, random: SeededRandom): Promise<void> {
    disk?.fill();
    this.#count('full disk');
    await sleep(random.between(SECOND, 6 * SECOND));
    disk?.free();
  }
}

async function setReadOnly(url: string, on: boolean): Promise<void> {
  await execute(url, `alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`);
  await execute(url, 'select pg_reload_conf()');
}

function pickByWeight(faults: readonly Fault[], share: number): Fault {
  let left = share * faults.reduce((sum, { weight }) => sum + weight, 0);
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return faults[0] as Fault;
}
