import { readFileSync } from 'node:fs';
import { DEFAULT_ZONE } from '../src/calendar/tzdb.ts';
import { Database } from '../src/duckdb/database.ts';
import type { Session } from '../src/duckdb/session.ts';
import { computeReport } from '../src/reports/compute.ts';
import type { ReportFigures } from '../src/reports/figures.ts';
import { atLeast, count, ms, type Section, times } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { interleaved, processorTime, timed } from './measure.ts';
import { Reporting } from './reporting.ts';

const ROUNDS = 5;
const PLAIN = readFileSync(new URL('plain.sql', import.meta.url), 'utf8');
const TUNED = readFileSync(new URL('tuned.sql', import.meta.url), 'utf8');
const FIGURES = 'up_hour, up_day, up_week, down_hour, down_day, down_week, open_hour, open_day, open_week'.split(', ');
const DAY = 86_400_000;

/** The same report as one SQL statement, which must give the same figures. */
export async function measureSql(fleets: Fleets): Promise<Section> {
  const database = await Database.open(await fleets.databaseCopy());
  const session = await database.session();
  try {
    return await withStorage(await fleets.database(), async (storage) => {
      const { asOf, stores } = await storage.snapshot(async (snapshot) => {
        const latest = (await snapshot.latestPoll()) ?? 0;
        const changes = [Date.UTC(2023, 2, 13, 5, 50), Date.UTC(2023, 10, 6, 19, 46)];
        for (const at of [latest - DAY / 3, latest]) {
          await expectAgreement(session, PLAIN, await computeReport(snapshot, at));
        }
        // Around clock changes there are no polls, so only the open time is compared.
        for (const at of [...changes, latest - DAY / 3, latest]) {
          await expectAgreement(session, TUNED, await computeReport(snapshot, at));
        }
        return { asOf: latest, stores: (await snapshot.stores()).ids.length };
      });
      const reporting = await Reporting.start(storage, fleets.folder);
      const { plain, tuned, report } = await interleaved(ROUNDS, {
        plain: () => timed(() => runStatement(session, PLAIN, asOf)),
        tuned: () => timed(() => runStatement(session, TUNED, asOf)),
        report: () => reporting.report(),
      });
      const processor = await interleaved(ROUNDS, {
        plain: () => processorTime(() => runStatement(session, PLAIN, asOf)),
        tuned: () => processorTime(() => runStatement(session, TUNED, asOf)),
        report: () => processorTime(() => reporting.report()),
      });
      await reporting.stop();
      return {
        title: 'One SQL statement',
        text:
          'The same report as one DuckDB statement on the same tables, its rows kept in a temporary table, in two versions. ' +
          '`bench/plain.sql` follows the definitions and leaves wall times to DuckDB. `bench/tuned.sql` is the fastest ' +
          'that we found: offsets instead of a conversion for each boundary, an asof join, and only changes of state. ' +
          `Before the measurement, all nine figures of all ${count(stores)} stores are compared with the product’s: at ` +
          'two instants for both, and for the tuned one at two more just after a clock change. They are equal to half a ' +
          'millisecond.',
        figures: [
          { what: 'plain SQL statement', value: ms(plain) },
          { what: 'tuned SQL statement', value: ms(tuned) },
          { what: 'report, with its file and record', value: ms(report) },
          {
            what: '**plain SQL statement ÷ report**',
            value: times(plain / report),
            target: atLeast(plain / report, 14, ' ×'),
          },
          {
            what: '**tuned SQL statement ÷ report**',
            value: times(tuned / report),
            target: atLeast(tuned / report, 4, ' ×'),
          },
          { what: 'plain ÷ report, processor time of all cores', value: times(processor.plain / processor.report) },
          { what: 'tuned ÷ report, processor time of all cores', value: times(processor.tuned / processor.report) },
        ],
      };
    });
  } finally {
    session.close();
    database.close();
  }
}

async function runStatement(session: Session, statement: string, asOf: number): Promise<void> {
  await session.run(`create or replace temp table by_sql as ${statement}`, {
    as_of: BigInt(asOf),
    default_zone: DEFAULT_ZONE,
  });
}

/** @throws Error naming the first store for which the statement and the product differ */
async function expectAgreement(session: Session, statement: string, report: ReportFigures): Promise<void> {
  await runStatement(session, statement, report.asOf);
  const rows = await session.rows(`select store_id, ${FIGURES.join(', ')} from by_sql`);
  if (rows.length !== report.ids.length) {
    throw new Error(`the SQL statement gives ${rows.length} stores, the product ${report.ids.length}`);
  }
  const bySql = new Map(rows.map((row) => [String(row.store_id), FIGURES.map((name) => Number(row[name]))]));
  for (const [i, id] of report.ids.entries()) {
    const product = FIGURES.map((name) => report.columns.get(name)?.[i]).join(' ');
    const sql = bySql.get(id)?.join(' ');
    if (sql !== product) {
      throw new Error(`store ${id} at ${report.asOf}: the SQL statement gives ${sql}, the product ${product}`);
    }
  }
}
