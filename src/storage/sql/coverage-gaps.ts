import type { Row, Sql } from '../../lib/sql.ts';
import type { CoverageGap, CoverageGaps } from '../ports/coverage-gaps.ts';

export class SqlCoverageGaps implements CoverageGaps {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async save({ id, server, from, until, reason, unobserved }: CoverageGap, now: number): Promise<void> {
    const values = { id, until: until ?? null, unobserved, now };
    const known = await this.#sql.run(
      `update coverage_gaps set until_ms = $until::bigint, unobserved = $unobserved::bigint, saved_ms = $now::bigint
       where gap_id = $id`,
      values,
    );
    if (known > 0) return;
    await this.#sql.run(
      `insert into coverage_gaps (gap_id, server, from_ms, until_ms, reason, unobserved, saved_ms)
       values ($id, $server, $from::bigint, $until::bigint, $reason, $unobserved::bigint, $now::bigint)`,
      { ...values, server, from, reason },
    );
  }

  async endAbandoned(before: number): Promise<void> {
    await this.#sql.run(
      'update coverage_gaps set until_ms = saved_ms where until_ms is null and saved_ms < $before::bigint',
      { before },
    );
  }

  async list(from: number, to: number): Promise<CoverageGap[]> {
    const rows = await this.#sql.rows(
      `select gap_id, server, from_ms, until_ms, reason, unobserved from coverage_gaps
       where from_ms < $to::bigint and (until_ms is null or until_ms > $from::bigint)
       order by from_ms, gap_id`,
      { from, to },
    );
    return rows.map(gapOf);
  }
}

function gapOf(row: Row): CoverageGap {
  return {
    id: String(row.gap_id),
    server: String(row.server),
    from: Number(row.from_ms),
    until: row.until_ms === null ? undefined : Number(row.until_ms),
    reason: String(row.reason),
    unobserved: Number(row.unobserved),
  };
}
