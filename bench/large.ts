import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost, count, megabytes, ms, type Section, times } from './figures.ts';
import { type Fleets, LARGE, withStorage } from './fleets.ts';
import { interleaved } from './measure.ts';
import type { OneReport } from './one-report.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 3;
const GIGABYTE = 1e9;

/** A fleet seven times as large: the time may grow with the polls, the memory must not. */
export async function measureLarge(fleets: Fleets): Promise<Section> {
  const [fleetPath, largePath] = [await fleets.database(), await fleets.largeDatabase()];
  const child = await oneReport(largePath, fleets.folder);
  const small = await withStorage(fleetPath, (storage) =>
    withStorage(largePath, async (largeStorage) => {
      const polls = await storage.snapshot((snapshot) => snapshot.countPolls(0, Date.now()));
      const fleet = await Reporting.start(storage, fleets.folder);
      const large = await Reporting.start(largeStorage, fleets.folder);
      const took = await interleaved(ROUNDS, { fleet: () => fleet.report(), large: () => large.report() });
      await fleet.stop();
      await large.stop();
      return { polls, ...took };
    }),
  );
  const largePolls = LARGE.stores * LARGE.hours;
  const growth = small.large / largePolls / (small.fleet / small.polls);
  return {
    title: '100,000 stores',
    text:
      `${count(LARGE.stores)} simulated stores with ${LARGE.hours} polls each, one per hour for a week: ${count(largePolls)} polls. The ` +
      'memory is that of a separate process that opens the database and computes one report, including Node and the ' +
      'program.',
    figures: [
      { what: `report of ${count(small.polls)} polls`, value: ms(small.fleet) },
      { what: `report of ${count(largePolls)} polls`, value: ms(small.large) },
      {
        what: '**time a poll, large ÷ small**',
        value: times(growth),
        target: atMost(growth, 1.3, ' ×'),
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

/** Computes one report in a separate process. */
export async function oneReport(database: string, folder: string): Promise<OneReport> {
  const script = fileURLToPath(new URL('one-report.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), script, database, folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as OneReport;
}
