import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost, count, megabytes, ms, type Section, times } from './figures.ts';
import { type Fleets, LARGE, withStorage } from './fleets.ts';
import { interleaved, median } from './measure.ts';
import type { OneReport } from './one-report.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 5;
const GIGABYTE = 1e9;
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
      const stalls = { fleet: [] as number[], large: [] as number[] };
      const took = await interleaved(ROUNDS, {
        fleet: () => stalled(() => fleet.report(), stalls.fleet),
        large: () => stalled(() => large.report(), stalls.large),
      });
      await fleet.stop();
      await large.stop();
      return { polls, ...took, stalls };
    }),
  );
  const largePolls = LARGE.stores * LARGE.hours;
  const growth = small.large / largePolls / (small.fleet / small.polls);
  const stall = median(small.stalls.large);
  return {
    title: '100,000 stores',
    text:
      `${count(LARGE.stores)} simulated stores with ${LARGE.hours} polls each, one per hour for a week: ${count(largePolls)} polls. The ` +
      'memory is that of a separate process that opens the database and computes one report, including Node and the ' +
      'program. A stall is the longest time during a report in which a timer of a millisecond did not run, because the ' +
      'thread that answers requests was busy, or had no processor.',
    figures: [
      { what: `report of ${count(small.polls)} polls`, value: ms(small.fleet) },
      { what: `report of ${count(largePolls)} polls`, value: ms(small.large) },
      {
        what: '**time a poll, large ÷ small**',
        value: times(growth),
        target: atMost(growth, 1.3, ' ×'),
      },
      { what: 'longest stall, 14,226 stores', value: ms(median(small.stalls.fleet)) },
      {
        what: '**longest stall, 100,000 stores**',
        value: ms(stall),
        target: atMost(stall, 15, ' ms'),
      },
      { what: 'memory before the report', value: megabytes(child.before) },
      {
        what: '**peak memory (resident)**',
        value: megabytes(child.peak),
        target: { text: 'under 1,000 MB', met: child.peak < GIGABYTE },
      },
    ],
  };
}

/** Notes the longest time in which no timer ran during `work`. */
async function stalled<T>(work: () => Promise<T>, longest: number[]): Promise<T> {
  let [last, most] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    most = Math.max(most, now - last);
    last = now;
  }, TICK);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    longest.push(most);
  }
}

/** Computes one report in a separate process. */
export async function oneReport(database: string, folder: string): Promise<OneReport> {
  const script = fileURLToPath(new URL('one-report.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), script, database, folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as OneReport;
}
