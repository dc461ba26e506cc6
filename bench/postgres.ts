import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { POLL_REACH } from '../src/domain/window.ts';
import { decodeFigures } from '../src/reports/figures.ts';
import { renderFigures } from '../src/reports/formats.ts';
import type { Storage } from '../src/storage/ports/storage.ts';
import { TestPostgres } from '../test/support/postgres.ts';
import { BareCopy, type Shape } from './copy.ts';
import { atMost, count, type Figure, megabytes, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { APPENDED, appends } from './import.ts';
import { oneReport } from './large.ts';
import { interleaved, median, timed } from './measure.ts';
import { Reporting } from './reporting.ts';

const REPORTS = 9;
const IMPORTS = 3;
const COLUMNS = 'store_key, instant, active';
const POLLS = `select ${COLUMNS} from polls`;
const ORDER = 'order by store_key, instant';

/** Reports and imports on a local PostgreSQL server with fsync and default settings. */
export async function measurePostgres(fleets: Fleets): Promise<Section> {
  const server = await TestPostgres.start({ durable: true });
  try {
    const url = await server.createDatabase();
    const bare = await BareCopy.connect(url);
    try {
      const { rows } = await bare.run('show server_version');
      const reports = await reportFigures(fleets, url, bare);
      const imports = await importFigures(fleets, server, bare);
      return {
        title: 'PostgreSQL',
        text:
          `PostgreSQL ${rows[0].server_version} on the same machine, over loopback, with fsync and default settings. ` +
          'A report is complete when its files are on disk and its figures in the database; the baseline is a bare ' +
          '`copy (select store_key, instant, active … order by store_key, instant) to stdout (format binary)` ' +
          'of the polls of the same 8 days, read and discarded by the same driver, and the same without `order by`. ' +
          'The report’s bytes, in the file and in the database, equal those of the report from DuckDB; otherwise the ' +
          'run fails. The import is that of the ' +
          'polls from plain CSV into an empty database, until the commit; its baseline is a bare `copy … from stdin (format ' +
          'binary)` of the same rows in the same order, encoded beforehand, into an empty table with the same index ' +
          'and the same partitions, and into one without partitions. (The import builds its index after the rows.) ' +
          'Then the same file again, and an additional hour’s polls.',
        figures: [...reports, ...imports],
      };
    } finally {
      await bare.end();
    }
  } finally {
    await server.stop();
  }
}

async function reportFigures(fleets: Fleets, url: string, bare: BareCopy): Promise<Figure[]> {
  const { polls, hours, zones } = await fleets.feeds();
  return withStorage(url, async (storage) => {
    await importFeeds(storage, { polls: [polls], hours: [hours], zones: [zones] });
    const latest = (await storage.snapshot((snapshot) => snapshot.latestPoll())) ?? 0;
    const [from, to] = [latest - POLL_REACH, latest].map((at) => `'${new Date(at).toISOString()}'`);
    const rows = `${POLLS} where instant between ${from} and ${to}`;
    const reporting = await Reporting.start(storage, fleets.folder);
    const first = await reporting.report();
    await expectSame(storage, reporting, await fromDuckdb(fleets));
    await bare.run('vacuum analyze');
    const { report, ordered, unordered } = await interleaved(REPORTS, {
      ordered: () => timed(() => bare.drain(`${rows} ${ORDER}`)),
      report: () => reporting.report(),
      unordered: () => timed(() => bare.drain(rows)),
    });
    await reporting.stop();
    const memory = await oneReport(url, fleets.folder);
    return [
      { what: 'bare `copy … to stdout`, ordered', value: ms(ordered) },
      { what: 'bare `copy … to stdout`, as they come', value: ms(unordered) },
      { what: 'report', value: ms(report) },
      {
        what: '**report ÷ bare `copy … to stdout`, ordered**',
        value: times(report / ordered),
        target: atMost(report / ordered, 1.15, ' ×'),
      },
      { what: 'report ÷ bare `copy … to stdout`, as they come', value: times(report / unordered) },
      { what: 'first report, right after the import', value: ms(first) },
      ...[...reporting.stages].map(([stage, values]) => ({ what: `stage: ${stage}`, value: ms(median(values)) })),
      { what: 'peak memory (resident) of a process that makes one report', value: megabytes(memory.peak) },
    ];
  });
}

async function fromDuckdb(fleets: Fleets): Promise<Buffer> {
  return withStorage(await fleets.database(), async (storage) => {
    const reporting = await Reporting.start(storage, fleets.folder);
    await reporting.report();
    await reporting.stop();
    return reporting.file();
  });
}

/** @throws Error if the last report's file or its result in the database differs from the expected one */
async function expectSame(storage: Storage, reporting: Reporting, expected: Buffer): Promise<void> {
  const figures = await buffer(Readable.from((await storage.results?.read(reporting.last, 'figures')) ?? []));
  const decoded = decodeFigures(figures);
  if (decoded === undefined) throw new Error('the figures in the database are damaged');
  const shared = Buffer.from([...renderFigures(decoded, 'csv')].join(''));
  for (const [where, bytes] of Object.entries({ file: await reporting.file(), database: shared })) {
    if (!bytes.equals(expected)) throw new Error(`the report in the ${where} is not the one that DuckDB gives`);
  }
}

async function importFigures(fleets: Fleets, server: TestPostgres, bare: BareCopy): Promise<Figure[]> {
  const { polls } = await fleets.feeds();
  const rows = await bare.read(`${POLLS} ${ORDER}`);
  let url = '';
  const product = () =>
    withStorage(url, async (storage) => {
      await bare.run('checkpoint');
      return timed(() => importFeeds(storage, { polls: [polls] }));
    });
  const filled = async (shape: Shape) => {
    await bare.prepare(shape);
    await bare.run('checkpoint');
    const took = await timed(() => bare.fill(COLUMNS, rows));
    await bare.run('drop table bare');
    return took;
  };
  const { partitioned, whole, first, again } = await interleaved(IMPORTS, {
    partitioned: () => filled('partitioned'),
    first: async () => {
      if (url !== '') await bare.run(`drop database ${new URL(url).pathname.slice(1)}`);
      url = await server.createDatabase();
      return product();
    },
    whole: () => filled('whole'),
    again: product,
  });
  const append = await withStorage(url, (storage) => appends(storage, fleets.folder));
  return [
    { what: 'bare `copy … from stdin`', value: ms(partitioned) },
    { what: 'bare `copy … from stdin`, without partitions', value: ms(whole) },
    { what: 'first import', value: ms(first) },
    {
      what: '**first import ÷ bare `copy … from stdin`**',
      value: times(first / partitioned),
      target: atMost(first / partitioned, 2.5, ' ×'),
    },
    { what: 'first import ÷ bare `copy … from stdin`, without partitions', value: times(first / whole) },
    { what: 'the same file again ÷ bare `copy … from stdin`', value: times(again / partitioned) },
    { what: `${count(APPENDED)} polls more`, value: ms(append) },
  ];
}
