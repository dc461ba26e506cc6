// A process that opens a database, computes one report and prints its memory: node one-report.ts DATABASE FOLDER
import { withStorage } from './fleets.ts';
import { Reporting } from './reporting.ts';

/** Bytes of resident memory. */
export interface OneReport {
  readonly before: number;
  readonly peak: number;
}

const [database = '', folder = ''] = process.argv.slice(2);
await withStorage(database, async (storage) => {
  const reporting = await Reporting.start(storage, folder);
  const before = process.memoryUsage.rss();
  await reporting.report();
  const peak = process.resourceUsage().maxRSS * 1024;
  await reporting.stop();
  process.stdout.write(JSON.stringify({ before, peak } satisfies OneReport));
});
