import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost, count, megabytes, ms, type Section, times } from './figures.ts';
import { type Fleets, LARGE, withStorage } from './fleets.ts';
import { interleaved, median } from './measure.ts';
import type { OneReport } from './one-report.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 5;
const GIGABYTE = 1e9;
/** How long this thread has run and waited for a processor. */
const SCHEDULED = `/proc/self/task/${process.pid}/schedstat`;
/** Milliseconds of the timer whose delays are the stalls. */
const TICK = 1;

/** A fleet seven times as large: the time may grow with the polls, the memory must not. */
export async function measureLarge(fleets: Fleets): Promise<Section> {
  const [fleetPath, largePath] = [await fleets.database(), await fleets.largeDatabase()];
  const child = await oneReport(largePath, fleets.folder);
  const small = await withStorage(fleetPath, (storage) =>
    withStorage(largePath, async (largeStorage) => {
      const polls = await storage.snapshot((snapshot) => snapshot.countPolls(0, Date.now()));
      const fleet = await Reporting.start(storage, fleets.folder);
      const large = await Reporting.start(largeStorage, fleets.folder);
      const stalls = { fleet: new Stalls(), large: new Stalls() };
      const took = await interleaved(ROUNDS, {
        fleet: () => stalls.fleet.during(() => fleet.report()),
        large: () => stalls.large.during(() => large.report()),
      });
      await fleet.stop();
      await large.stop();
      return { polls, ...took, stalls };
    }),
  );
  const largePolls = LARGE.stores * LARGE.hours;
  const growth = small.large / largePolls / (small.fleet / small.polls);
  const { fleet, large } = small.stalls;
  return {
    title: '100,000 stores',
    text:
      `${count(LARGE.stores)} simulated stores with ${LARGE.hours} polls each, one per hour for a week: ${count(largePolls)} polls. The ` +
      'memory is that of a separate process that opens the database and computes one report, including Node and the ' +
      'program. A stall is the longest time during a report in which a timer of a millisecond did not run. For most of it ' +
      'the thread that answers requests may have had no processor, if the machine has other work; so the processor ' +
      'time that this thread used between two runs of the timer is measured, too (Linux counts it to a few milliseconds).',
    figures: [
      { what: `report of ${count(small.polls)} polls`, value: ms(small.fleet) },
      { what: `report of ${count(largePolls)} polls`, value: ms(small.large) },
      {
        what: '**time a poll, large ÷ small**',
        value: times(growth),
        target: atMost(growth, 1.3, ' ×'),
      },
      { what: 'longest stall, 14,226 stores', value: ms(median(fleet.whole)) },
      { what: 'longest stall, 14,226 stores, processor time of the thread', value: ms(median(fleet.busy)) },
      { what: 'longest stall, 100,000 stores', value: ms(median(large.whole)) },
      { what: 'longest stall, 100,000 stores, processor time of the thread', value: ms(median(large.busy)) },
      { what: 'memory before the report', value: megabytes(child.before) },
      {
        what: '**peak memory (resident)**',
        value: megabytes(child.peak),
        target: { text: 'under 1,000 MB', met: child.peak < GIGABYTE },
      },
    ],
  };
}

/** The longest stall of each of some reports, milliseconds. */
export class Stalls {
  readonly whole: number[] = [];
  /** Without the time in which this thread was ready and had no processor, where the system says. */
  readonly busy: number[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    let [last, used] = [performance.now(), this.#used()];
    let [whole, busy] = [0, 0];
    const timer = setInterval(() => {
      const [now, usedNow] = [performance.now(), this.#used()];
      whole = Math.max(whole, now - last);
      busy = Math.max(busy, usedNow - used);
      [last, used] = [now, usedNow];
    }, TICK);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.whole.push(whole);
      this.busy.push(busy);
    }
  }

  /** The processor time that this thread has used, milliseconds. */
  #used(): number {
    return existsSync(SCHEDULED) ? Number(readFileSync(SCHEDULED, 'latin1').split(' ', 1)[0]) / 1e6 : performance.now();
  }
}

/** Computes one report in a separate process. */
export async function oneReport(database: string, folder: string): Promise<OneReport> {
  const script = fileURLToPath(new URL('one-report.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), script, database, folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as OneReport;
}
