// A process that opens a database, computes one report and prints what it took: node one-report.ts DATABASE FOLDER
import { withStorage } from './fleets.ts';
import { processorTime } from './measure.ts';
import { Reporting } from './reporting.ts';

export interface OneReport {
  /** Bytes of resident memory. */
  readonly before: number;
  readonly peak: number;
  /** Milliseconds. */
  readonly took: number;
  /** Milliseconds of processor time, of all cores together. */
  readonly processor: number;
}

const [database = '', folder = ''] = process.argv.slice(2);
await withStorage(database, async (storage) => {
  const reporting = await Reporting.start(storage, folder);
  const before = process.memoryUsage.rss();
  let took = 0;
  const processor = await processorTime(async () => {
    took = await reporting.report();
  });
  const peak = process.resourceUsage().maxRSS * 1024;
  await reporting.stop();
  process.stdout.write(JSON.stringify({ before, peak, took, processor } satisfies OneReport));
});
