import { isLive } from '../config/config.ts';
import { latestInstant } from '../domain/future.ts';
import type { EstimatorName } from '../domain/markov/estimator.ts';
import { UserError } from '../lib/errors.ts';
import { createReadStream } from '../lib/world/files.ts';
import { computeReport } from '../reports/compute.ts';
import type { ReportFigures } from '../reports/figures.ts';
import { type Format, renderFigures } from '../reports/formats.ts';
import { parquetFile } from '../reports/parquet.ts';
import { stalePollOf, warningOf } from '../reports/stale-polls.ts';
import type { Operation, OperationIo } from './operation.ts';

export interface WriteReport {
  /** `undefined`: the latest poll. */
  readonly asOf?: number | undefined;
  /** `undefined`: that of the configuration. */
  readonly estimator?: EstimatorName | undefined;
  readonly format: Format;
}

export interface WrittenReport {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  readonly stores: number;
  /** What the report does not cover; `undefined`: nothing. */
  readonly warning: string | undefined;
}

/** Computes a report and writes it in a format. */
export const writeReport: Operation<WriteReport, WrittenReport> = async (context, args, io) => {
  const { config, storage, kernel, now } = context;
  const { estimator = config.estimator, format } = args;
  const { figures, newest } = await storage.snapshot(async (snapshot) => {
    const newest = await snapshot.latestPoll(Math.min(latestInstant(now()), args.asOf ?? Number.POSITIVE_INFINITY));
    const asOf = args.asOf ?? newest;
    if (asOf === undefined) {
      throw new UserError('conflict', 'there are no polls to take the report time from; use --as-of');
    }
    const onProgress = (done: number) => io.progress('computing', done);
    const pollInterval = config.poll.interval;
    const { signal } = io;
    const options = { estimator, detailed: format === 'full', pollInterval, kernel, onProgress, signal };
    return { newest, figures: await computeReport(snapshot, asOf, options) };
  }, 'background');
  await write(figures, format, io);
  const stalePoll = stalePollOf(
    { asOf: args.asOf, newest, requestedAt: now(), live: isLive(config) },
    config.poll.interval,
  );
  const warning = warningOf({ asOf: figures.asOf, requestedAt: now(), stalePoll });
  return { asOf: figures.asOf, estimator, stores: figures.ids.length, warning };
};

async function write(figures: ReportFigures, format: Format, io: OperationIo): Promise<void> {
  if (format !== 'parquet') {
    for (const text of renderFigures(figures, format)) await io.write(Buffer.from(text));
    return;
  }
  const file = await parquetFile(figures);
  try {
    for await (const chunk of createReadStream(file.path)) await io.write(chunk as Buffer);
  } finally {
    await file.remove();
  }
}
