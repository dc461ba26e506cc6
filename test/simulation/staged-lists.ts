import type { Session } from '../../src/duckdb/session.ts';
import type { Row } from '../../src/lib/sql.ts';
import type { StagingPlace } from '../storage/memory/staging.ts';

const DROP = /^drop table (\w+)$/;
/** How the kind of feed counts the weeks of a file, before it is merged. */
const COUNT_WEEKS = /^select count\(distinct instant \/\/ (\d+)\) as weeks from (\w+)$/;

/** What an import of polls needs of a session: tables that are lists of rows, and the statements that it runs on them. */
class ListSession implements Pick<Session, 'run' | 'row' | 'interrupt' | 'progress'> {
  readonly tables = new Map<string, readonly Row[]>();

  async run(sql: string): Promise<number> {
    this.tables.delete(matched(DROP, sql)[0]);
    return 0;
  }

  async row(sql: string): Promise<Row> {
    const [week, table] = matched(COUNT_WEEKS, sql);
    const weeks = this.tables.get(table)?.map(({ instant }) => Math.floor(Number(instant) / Number(week)));
    return { weeks: new Set(weeks).size };
  }

  interrupt(): void {}

  progress(): number {
    return 0;
  }
}

/** Stages feeds in lists: in virtual time, no other thread takes part. */
export const STAGED_LISTS: StagingPlace = {
  open: async () => {
    const session = new ListSession();
    return {
      session: session as unknown as Session,
      rows: async (table) => session.tables.get(table) ?? [],
      end: () => {},
      close: () => {},
    };
  },
  close: async () => {},
};

/** Creates a table in a session of `STAGED_LISTS`. */
export function stageList(session: Session, table: string, rows: readonly Row[]): void {
  (session as unknown as ListSession).tables.set(table, rows);
}

function matched(statement: RegExp, sql: string): [string, string] {
  const [, first, second = ''] = statement.exec(sql) ?? [];
  if (first === undefined) throw new Error(`the statement is "${sql}", expected ${statement}`);
  return [first, second];
}
