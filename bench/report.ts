import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { FigureColumns } from '../src/domain/figures.ts';
import { type Batch, batchUptime } from '../src/domain/uptime.ts';
import { numbersOf } from '../src/duckdb/vectors.ts';
import { LocalKernel } from '../src/reports/kernel.ts';
import { atMost, ms, type Section, times } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { loadBatch } from './kernel.ts';
import { interleaved, median, timed } from './measure.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 9;

/** The polls of the eight days before the latest one, as the product's columns. */
const POLLS = `
  select store_key, epoch_ms(instant)::double, active::utinyint
  from polls
  where instant >= (select max(instant) - interval 8 day from polls)`;

/** A report from trigger to complete, compared with only reading its polls. */
export async function measureReport(fleets: Fleets): Promise<Section> {
  const roofline = await Roofline.of(await fleets.database(), fleets.folder);
  const instance = await DuckDBInstance.create(await fleets.databaseCopy());
  const connection = await instance.connect();
  try {
    const localCopy = await fleets.databaseCopy('fleet-local');
    return await withStorage(await fleets.database(), (storage) =>
      withStorage(localCopy, async (localStorage) => {
        const reporting = await Reporting.start(storage, fleets.folder);
        const locally = await Reporting.start(localStorage, join(fleets.folder, 'local'), new LocalKernel());
        const { streamed, report, local, sure, markov, localMarkov, ordered, whole, least } = await interleaved(
          ROUNDS,
          {
            streamed: () => timed(() => readStreamed(connection, POLLS)),
            report: () => reporting.report(),
            local: () => locally.report(),
            least: () => timed(() => roofline.run()),
            sure: () => reporting.reportOf({ detailed: true }),
            markov: () => reporting.reportOf({ estimator: 'markov' }),
            localMarkov: () => locally.reportOf({ estimator: 'markov' }),
            ordered: () => timed(() => readStreamed(connection, `${POLLS} order by store_key, instant`)),
            whole: () => timed(() => readWhole(connection, POLLS)),
          },
        );
        await reporting.stop();
        await locally.stop();
        return {
          title: 'Report',
          text:
            'A report through the report service, from the trigger until its record is complete and its file is synced ' +
            'to disk. The baseline only reads the same polls from DuckDB into typed arrays (store, instant, state; the ' +
            'same 8 days): streamed in chunks, unordered and with `order by store_key, instant`; and as one result in ' +
            'memory, the fastest method of the driver. The roofline is what no program can do without: the kernel on one ' +
            'core, and reading the same columns from a file in the page cache. Reports are computed by threads, as in a ' +
            'server, and for comparison in the thread that reads. Each stage below has its own median; reading and ' +
            'computing overlap.',
          figures: [
            { what: 'bare reading, streamed', value: ms(streamed) },
            { what: 'bare reading, streamed and ordered', value: ms(ordered) },
            { what: 'bare reading, one whole result', value: ms(whole) },
            { what: 'report', value: ms(report) },
            {
              what: '**report ÷ bare reading, streamed**',
              value: times(report / streamed),
              target: atMost(report / streamed, 2, ' ×'),
            },
            { what: 'report ÷ bare reading, streamed and ordered', value: times(report / ordered) },
            {
              what: '**report ÷ bare reading, one whole result**',
              value: times(report / whole),
              target: atMost(report / whole, 2, ' ×'),
            },
            { what: 'roofline', value: ms(least) },
            {
              what: '**report ÷ roofline**',
              value: times(report / least),
              target: atMost(report / least, 3, ' ×'),
            },
            { what: 'report ÷ computed in the thread that reads', value: times(report / local) },
            {
              what: 'report with `markov` and ranges ÷ computed in the thread that reads',
              value: times(markov / localMarkov),
            },
            { what: 'detailed report: with ranges', value: ms(sure) },
            { what: 'report with `markov` and ranges', value: ms(markov) },
            { what: 'detailed report ÷ report', value: times(sure / report) },
            {
              what: '**report with `markov` and ranges ÷ report**',
              value: times(markov / report),
              target: atMost(markov / report, 1.3, ' ×'),
            },
            ...[...reporting.stages].map(([stage, values]) => ({ what: `stage: ${stage}`, value: ms(median(values)) })),
          ],
        };
      }),
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The kernel, and the same columns of polls in a file. */
class Roofline {
  readonly #batch: Batch;
  readonly #asOf: number;
  readonly #figures: FigureColumns;
  readonly #path: string;

  private constructor(batch: Batch, asOf: number, path: string) {
    this.#batch = batch;
    this.#asOf = asOf;
    this.#figures = new FigureColumns(batch.schedule.stores);
    this.#path = path;
  }

  static async of(database: string, folder: string): Promise<Roofline> {
    const { batch, asOf } = await loadBatch(database);
    const path = join(folder, 'columns');
    const { length, store, instant, active } = batch.polls;
    await writeFile(
      path,
      [store, instant, active].map((column) => column.subarray(0, length)),
    );
    return new Roofline(batch, asOf, path);
  }

  async run(): Promise<void> {
    await readFile(this.#path);
    batchUptime(this.#batch, this.#asOf, this.#figures, 0);
  }
}

async function readStreamed(connection: DuckDBConnection, sql: string): Promise<void> {
  const counted = await connection.runAndReadAll(`select count(*)::integer from (${sql})`);
  const columns = new PollReader(Number(counted.getRows()[0]?.[0]));
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    columns.append(chunk);
  }
}

async function readWhole(connection: DuckDBConnection, sql: string): Promise<void> {
  const result = await connection.run(sql);
  const columns = new PollReader(result.rowCount);
  for (let i = 0; i < result.chunkCount; i++) columns.append(result.getChunk(i));
}

class PollReader {
  readonly #store: Int32Array;
  readonly #instant: Float64Array;
  readonly #active: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#store = new Int32Array(capacity);
    this.#instant = new Float64Array(capacity);
    this.#active = new Uint8Array(capacity);
  }

  append(chunk: DuckDBDataChunk): void {
    this.#store.set(numbersOf(chunk, 0), this.#length);
    this.#instant.set(numbersOf(chunk, 1), this.#length);
    this.#active.set(numbersOf(chunk, 2), this.#length);
    this.#length += chunk.rowCount;
  }
}
