import { Readable } from 'node:stream';
import { loadConfig } from '../src/config/config.ts';
import { HOUR } from '../src/domain/hours.ts';
import { POLL_REACH } from '../src/domain/window.ts';
import { computeReport } from '../src/reports/compute.ts';
import type { ReportFigures } from '../src/reports/figures.ts';
import { FleetCache } from '../src/reports/fleet-cache.ts';
import { ThreadKernel } from '../src/reports/threads/kernel.ts';
import { encodeBlock } from '../src/storage/clickhouse/native.ts';
import { POLL_COLUMNS, POLLS } from '../src/storage/clickhouse/tables.ts';
import type { Storage } from '../src/storage/ports/storage.ts';
import { PostgresStorage } from '../src/storage/postgres/storage.ts';
import { TestPostgres } from '../test/support/postgres.ts';
import { type Engine, enginesHere } from './clickhouse-engine.ts';
import { atLeast, atMost, count, type Figure, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { inTurn, median, medianRatio, processorTime, timed } from './measure.ts';

const REPORTS = 7;
const APPENDS = 7;
/** Polls of an append, each of another store. */
const BLOCK = 10_000;

/** What one ClickHouse gives. Times are medians, milliseconds; ratios are those within a round. */
export interface ClickhouseFigures {
  readonly name: string;
  /** Polls that a report reads. */
  readonly polls: number;
  readonly bare: number;
  readonly report: number;
  readonly reportRatio: number;
  readonly bareInsert: number;
  readonly append: number;
  /** Polls a second, as a share of the bare insert's. */
  readonly appendShare: number;
  /** On disk, after an import and a merge; and whether the server compresses by column. */
  readonly bytes: number;
  readonly codecs: boolean;
  /** Milliseconds of processor time for a million polls, of this process and the server together. */
  readonly processor: {
    readonly bare: number;
    readonly report: number;
    readonly append: number;
    /** To merge the whole table. */
    readonly merge: number;
  };
  /** Those of the server alone during a report; `undefined`: it runs in this process. */
  readonly served: number | undefined;
}

/** Reports and appends with the polls in ClickHouse. */
export async function measureClickhouse(fleets: Fleets): Promise<Section> {
  return clickhouseSection(await clickhouseFigures(fleets));
}

export function clickhouseSection(measured: readonly ClickhouseFigures[]): Section {
  const missing = measured.length === 0 ? ' None is installed here: `npm run test:clickhouse` installs them.' : '';
  return {
    title: 'ClickHouse',
    text:
      'Polls in ClickHouse, everything else in PostgreSQL, on the same machine: chDB, which is a current ClickHouse in the ' +
      'process of the benchmark, and Debian’s `clickhouse-server`, over loopback. “Read + kernel” is a report without its ' +
      'record and its files, computed by threads as in a server; its baseline is a bare `select k, t, active … order by ' +
      'k, t format Native` of the same polls, received and discarded. Its figures equal those of the report from DuckDB; ' +
      `otherwise the run fails. An append is ${count(BLOCK)} polls of as many stores, newer than all others, in one ` +
      'transaction of PostgreSQL; its baseline is the insert of the same block, encoded beforehand, into an empty ' +
      'table with the same columns. Ratios are medians of those within a round. Bytes a poll are those of the active parts ' +
      'after the import of the polls and a merge; Debian’s version compresses all columns by one method. Processor time ' +
      `is that of the benchmark and of ClickHouse, without PostgreSQL; the merge is one of the whole table.${missing}`,
    figures: measured.flatMap(sectionFigures),
  };
}

/** Measures each ClickHouse that is installed here. */
export async function clickhouseFigures(fleets: Fleets): Promise<ClickhouseFigures[]> {
  const engines = Object.entries(enginesHere());
  if (engines.length === 0) return [];
  const expected = await fromDuckdb(fleets);
  const postgres = await TestPostgres.start({ durable: true });
  try {
    const measured: ClickhouseFigures[] = [];
    for (const [name, start] of engines) {
      const engine = await start();
      try {
        measured.push(await figuresOf(name, engine, { fleets, expected, postgres: await postgres.createDatabase() }));
      } finally {
        await engine.stop();
      }
    }
    return measured;
  } finally {
    await postgres.stop();
  }
}

interface Setting {
  readonly fleets: Fleets;
  readonly expected: ReportFigures;
  /** The URL of an empty database. */
  readonly postgres: string;
}

async function figuresOf(name: string, engine: Engine, setting: Setting): Promise<ClickhouseFigures> {
  const storage = await PostgresStorage.open(setting.postgres, { polls: engine.polls });
  try {
    const { polls, hours, zones } = await setting.fleets.feeds();
    await importFeeds(storage, { polls: [polls], hours: [hours], zones: [zones] });
    const { bytes, merging } = await mergedFigures(engine);
    const { codecs } = await engine.server.abilities();
    const { version } = await engine.server.row('select version() as version', 'background');
    const reports = await reportFigures(engine, storage, setting.expected);
    const { appending, ...appends } = await appendFigures(engine, storage);
    const processor = { ...reports.processor, append: appending, merge: merging };
    return { name: `${name} ${version}`, bytes, codecs, ...reports, ...appends, processor };
  } finally {
    await storage.close();
  }
}

async function reportFigures({ driver, processor }: Engine, storage: Storage, expected: ReportFigures) {
  const kernel = new ThreadKernel({ threads: loadConfig({}).workers });
  const cache = new FleetCache();
  const { asOf } = expected;
  const report = () => storage.snapshot((snapshot) => computeReport(snapshot, asOf, { kernel, cache }), 'background');
  const bare = `select k, t, active from ${POLLS} where t >= ${asOf - POLL_REACH} and t <= ${asOf} order by k, t format Native`;
  const drain = async () => {
    const { stream } = await driver.exec({ query: bare });
    for await (const _ of stream);
  };
  expectEqual(await report(), expected);
  const polls = await storage.snapshot((snapshot) => snapshot.countPolls(asOf - POLL_REACH, asOf));
  const took = await inTurn(REPORTS, { bare: () => timed(drain), report: () => timed(report) });
  const used = await inTurn(REPORTS, {
    bare: async () => (await processorUsed(processor, drain)).both,
    report: async () => (await processorUsed(processor, report)).both,
  });
  const served = await processorUsed(processor, async () => {
    for (let round = 0; round < REPORTS; round++) await report();
  });
  await kernel.close();
  const perMillion = (time: number) => (time / polls) * 1e6;
  return {
    polls,
    bare: median(took.bare),
    report: median(took.report),
    reportRatio: medianRatio(took.report, took.bare),
    processor: { bare: perMillion(median(used.bare)), report: perMillion(median(used.report)) },
    served: served.server === undefined ? undefined : perMillion(served.server / REPORTS),
  };
}

async function appendFigures({ server, driver, processor }: Engine, storage: Storage) {
  const { ids, latest } = await storage.snapshot(async (snapshot) => ({
    ids: (await snapshot.stores()).ids.slice(0, BLOCK),
    latest: (await snapshot.latestPoll()) ?? 0,
  }));
  await server.run(`create table bare as ${POLLS}`);
  const query = `insert into bare (${POLL_COLUMNS.map(({ name }) => name).join(', ')}) format Native`;
  let hour = 0;
  const instants = () => Float64Array.from(ids, (_, i) => latest + hour * HOUR + i * (HOUR / BLOCK));
  const active = new Uint8Array(ids.length).fill(1);
  const fill = async () => {
    const [keys, changes, revisions] = [Int32Array.from(ids.keys()), new Int8Array(BLOCK).fill(1), instants()];
    const values = [keys, instants(), active, new Array<string>(BLOCK).fill(''), changes, revisions.fill(hour)];
    const bytes = encodeBlock(POLL_COLUMNS, { rows: ids.length, values });
    return timed(async () => {
      const sent = await driver.exec({ query, values: Readable.from([bytes], { objectMode: false }) });
      for await (const _ of sent.stream);
    });
  };
  const append = async () => {
    hour++;
    return timed(() => storage.appendPolls([{ ids, instants: instants(), active }]));
  };
  const took = await inTurn(APPENDS, { bare: fill, append });
  const { both } = await processorUsed(processor, async () => {
    for (let round = 0; round < APPENDS; round++) await append();
  });
  return {
    bareInsert: median(took.bare),
    append: median(took.append),
    appendShare: medianRatio(took.bare, took.append),
    appending: (both / (APPENDS * ids.length)) * 1e6,
  };
}

/** Milliseconds of processor time of `work`: of the server, if it is a process of its own, and of it and this process. */
async function processorUsed(processor: Engine['processor'], work: () => Promise<unknown>) {
  const before = await processor();
  const own = await processorTime(work);
  const after = await processor();
  const server = before === undefined || after === undefined ? undefined : after - before;
  return { server, both: own + (server ?? 0) };
}

/** Merges all polls. */
async function mergedFigures({ server, processor }: Engine) {
  const { both } = await processorUsed(processor, () => server.run(`optimize table ${POLLS} final`));
  const { bytes, polls } = await server.row(
    `select sum(bytes_on_disk) as bytes, sum(rows) as polls from system.parts
     where database = currentDatabase() and table = '${POLLS}' and active`,
    'background',
  );
  return { bytes: Number(bytes) / Number(polls), merging: (both / Number(polls)) * 1e6 };
}

async function fromDuckdb(fleets: Fleets): Promise<ReportFigures> {
  return withStorage(await fleets.database(), (storage) =>
    storage.snapshot(async (snapshot) => computeReport(snapshot, (await snapshot.latestPoll()) ?? 0)),
  );
}

/** @throws Error if a figure of any store differs */
function expectEqual(found: ReportFigures, expected: ReportFigures): void {
  if (found.ids.join() !== expected.ids.join()) throw new Error('the stores are not those of DuckDB');
  for (const [name, column] of expected.columns) {
    const other = found.columns.get(name);
    const differs = column.findIndex((value, i) => !Object.is(value, other?.[i]));
    if (differs >= 0) throw new Error(`${name} of store ${expected.ids[differs]} is not that of DuckDB`);
  }
}

function sectionFigures(measured: ClickhouseFigures): Figure[] {
  const { name, reportRatio, appendShare, bytes, codecs, processor, served } = measured;
  const limit = atMost(bytes, 4, '');
  return [
    { what: `${name}: bare ordered stream of ${count(measured.polls)} polls`, value: ms(measured.bare) },
    { what: `${name}: read + kernel`, value: ms(measured.report) },
    {
      what: `**${name}: read + kernel ÷ bare ordered stream**`,
      value: times(reportRatio),
      target: atMost(reportRatio, 1.3, ' ×'),
    },
    { what: `${name}: bare insert of ${count(BLOCK)} polls`, value: ms(measured.bareInsert) },
    { what: `${name}: append of ${count(BLOCK)} polls`, value: ms(measured.append) },
    {
      what: `**${name}: polls a second, append ÷ bare insert**`,
      value: times(appendShare),
      target: atLeast(appendShare, 0.5, ' ×'),
    },
    codecs
      ? { what: `**${name}: bytes a poll**`, value: bytes.toFixed(2), target: limit }
      : { what: `${name}: bytes a poll`, value: bytes.toFixed(2) },
    { what: `${name}: bare ordered stream, processor time for a million polls`, value: ms(processor.bare) },
    { what: `${name}: read + kernel, processor time for a million polls`, value: ms(processor.report) },
    ...(served === undefined ? [] : [{ what: `${name}: of that, ClickHouse`, value: ms(served) }]),
    { what: `${name}: append, processor time for a million polls`, value: ms(processor.append) },
    { what: `${name}: merge, processor time for a million polls`, value: ms(processor.merge) },
  ];
}
