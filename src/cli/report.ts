import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { IN_MEMORY, openStorage } from '../compose.ts';
import { loadConfig } from '../config.ts';
import { invalid, UserError } from '../errors.ts';
import { parseInstant } from '../instant.ts';
import { computeReport, type Report } from '../reports/compute.ts';
import { FORMATS, type Format, renderReport } from '../reports/formats.ts';
import type { Storage } from '../storage/ports.ts';
import { type FeedFlags, importFromFlags, namesFeeds, withFeedOptions } from './feeds.ts';
import { progressBar } from './terminal.ts';

interface ReportFlags extends FeedFlags {
  readonly asOf?: string;
  readonly out?: string;
  readonly format: Format;
  readonly database?: string;
}

export function reportCommand(program: Command): void {
  withFeedOptions(program.command('report'))
    .description('compute a report without a server: from the files named, else from the database')
    .option('--as-of <instant>', 'the instant it speaks for (default: that of the latest poll)')
    .option('--out <file>', 'where it goes (default: standard output)')
    .addOption(
      new Option('--format <format>', 'csv: the classic columns; exact: milliseconds').choices(FORMATS).default('csv'),
    )
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .action(async (flags: ReportFlags) => {
      const asOf = flags.asOf === undefined ? undefined : asOfFrom(flags.asOf);
      const fromFiles = namesFeeds(flags);
      const storage = await openStorage(fromFiles ? IN_MEMORY : loadConfig(process.env, flags).database);
      try {
        if (fromFiles) await importFromFlags(storage, flags);
        await write(await compute(storage, asOf), flags);
      } finally {
        await storage.close();
      }
    });
}

function asOfFrom(text: string): number {
  const asOf = parseInstant(text);
  if (asOf !== undefined) return asOf;
  throw invalid(`--as-of is "${text}", expected an instant such as 2023-01-25T18:13:22.479Z`);
}

function compute(storage: Storage, given: number | undefined): Promise<Report> {
  return storage.snapshot(async (snapshot) => {
    const asOf = given ?? (await snapshot.latestPoll());
    if (asOf === undefined) {
      throw new UserError('conflict', 'there are no polls, so there is no instant to report on; give --as-of');
    }
    const progress = progressBar();
    try {
      return await computeReport(snapshot, asOf, { onProgress: (done) => progress.update('computing', done) });
    } finally {
      progress.end();
    }
  });
}

async function write(report: Report, { out, format }: ReportFlags): Promise<void> {
  const text = Readable.from(renderReport(report, format));
  if (out === undefined) {
    await pipeline(text, process.stdout, { end: false });
    return;
  }
  const partial = `${out}.partial`;
  try {
    await pipeline(text, createWriteStream(partial));
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
