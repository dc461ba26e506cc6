import { NO_DAY } from '../../domain/hours.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import type { Sql } from '../../lib/sql.ts';
import type {
  EffectiveFrom,
  HoursVersion,
  KnownWeek,
  Opening,
  ScheduleWriter,
  SpecialDate,
  WeekRow,
  ZoneVersion,
} from '../ports/schedules.ts';
import type { Changes } from './revision.ts';
import { hoursVersions, saidHours, specialDates, WHOLE_WEEK, zoneVersions } from './schedules.ts';

/** Changes single stores within the connection's present transaction, in SQL common to both engines. */
export class SqlScheduleWriter implements ScheduleWriter {
  readonly #sql: Sql;
  readonly #changes: Changes;

  constructor(sql: Sql, changes: Changes) {
    this.#sql = sql;
    this.#changes = changes;
  }

  hoursVersions(key: number): Promise<HoursVersion[]> {
    return hoursVersions(this.#sql, key);
  }

  zoneVersions(key: number): Promise<ZoneVersion[]> {
    return zoneVersions(this.#sql, key);
  }

  specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]> {
    return specialDates(this.#sql, key, from, to);
  }

  async setHours(key: number, week: KnownWeek, { instant, asked }: EffectiveFrom): Promise<boolean> {
    const rows = week === 'always' ? WHOLE_WEEK : distinct(week);
    const said = await saidHours(this.#sql, key);
    const before = said.find(({ from, until }) => from <= instant && instant < until)?.week ?? 'always';
    if (before !== 'unknown' && sameRows(rows, before === 'always' ? WHOLE_WEEK : before)) return false;
    if ((said.length === 0 || before === 'unknown') && !asked) {
      await this.#sql.run('delete from business_hours where store_key = $key', { key });
      await this.#insertWeek(key, rows, null, null);
      return this.#changed(key);
    }
    if (said.length === 0) await this.#insertWeek(key, WHOLE_WEEK, null, instant);
    const at = { key, instant };
    await this.#sql.run('delete from business_hours where store_key = $key and from_ms >= $instant::bigint', at);
    await this.#sql.run(
      `update business_hours set until_ms = $instant::bigint
       where store_key = $key and coalesce(until_ms > $instant::bigint, true)`,
      at,
    );
    await this.#insertWeek(key, rows, instant, null);
    return this.#changed(key);
  }

  async withdrawHours(key: number, from: number): Promise<boolean> {
    const withdrawn = (await saidHours(this.#sql, key)).find((version) => version.from === from);
    if (withdrawn === undefined) return false;
    const at = { key, from };
    await this.#sql.run('delete from business_hours where store_key = $key and from_ms = $from::bigint', at);
    await this.#sql.run(
      'update business_hours set until_ms = $until::bigint where store_key = $key and until_ms = $from::bigint',
      { ...at, until: Number.isFinite(withdrawn.until) ? withdrawn.until : null },
    );
    return this.#changed(key);
  }

  async setZone(key: number, zone: string | null, { instant, asked }: EffectiveFrom): Promise<boolean> {
    const versions = await this.zoneVersions(key);
    const before = versions.find(({ from, until }) => from <= instant && instant < until);
    if (before === undefined || before.zone === zone) return false;
    const first = (versions.length === 1 && before.zone === null) || before.zone === UNKNOWN_ZONE;
    const at = { key, instant };
    await this.#sql.run('delete from zone_changes where store_key = $key and until_ms > $instant::bigint', at);
    // A zone that began at this instant was never in force.
    if (before.from < instant && (asked || !first)) {
      await this.#sql.run(
        'insert into zone_changes (store_key, zone, until_ms) values ($key, $zone, $instant::bigint)',
        { ...at, zone: before.zone },
      );
    }
    await this.#sql.run('update stores set zone = $zone where store_key = $key', { key, zone });
    return this.#changed(key);
  }

  async setSpecialHours(key: number, date: string, openings: readonly Opening[]): Promise<boolean> {
    const rows = distinct(openings);
    const [before] = await this.specialDates(key, date, date);
    if (before !== undefined && sameRows(rows, before.openings)) return false;
    if (before !== undefined) await this.#deleteSpecialHours(key, date);
    for (const { start, end } of rows.length > 0 ? rows : [{ start: null, end: null }]) {
      await this.#sql.run(
        'insert into special_hours (store_key, date, start_ms, end_ms) values ($key, $date::date, $start, $end)',
        { key, date, start, end },
      );
    }
    return this.#changed(key);
  }

  async removeSpecialHours(key: number, date: string): Promise<boolean> {
    return (await this.#deleteSpecialHours(key, date)) > 0 && this.#changed(key);
  }

  #deleteSpecialHours(key: number, date: string): Promise<number> {
    return this.#sql.run('delete from special_hours where store_key = $key and date = $date::date', { key, date });
  }

  async #insertWeek(key: number, rows: readonly WeekRow[], from: number | null, until: number | null): Promise<void> {
    for (const { day, start, end } of rows.length > 0 ? rows : [{ day: NO_DAY, start: 0, end: 0 }]) {
      await this.#sql.run(
        `insert into business_hours (store_key, day, start_ms, end_ms, from_ms, until_ms)
         values ($key, $day, $start, $end, $from::bigint, $until::bigint)`,
        { key, day, start, end, from, until },
      );
    }
  }

  async #changed(key: number): Promise<true> {
    await this.#sql.run('update stores set version = version + 1 where store_key = $key', { key });
    this.#changes.stores();
    return true;
  }
}

function distinct<T extends Opening>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [textOf(row), row])).values()];
}

/** Whether two lists without duplicates have the same rows. */
function sameRows(a: readonly Opening[], b: readonly Opening[]): boolean {
  const texts = new Set(b.map(textOf));
  return a.length === b.length && a.every((row) => texts.has(textOf(row)));
}

function textOf(row: Opening & { readonly day?: number }): string {
  return `${row.day} ${row.start} ${row.end}`;
}
