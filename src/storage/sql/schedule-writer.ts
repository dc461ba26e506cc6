import { NO_DAY } from '../../domain/hours.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import { addTo } from '../../lib/lists.ts';
import type { Row, Sql } from '../../lib/sql.ts';
import type {
  EffectiveFrom,
  HoursVersion,
  KnownWeek,
  Opening,
  ScheduleWriter,
  SpecialDate,
  WeekRow,
  ZoneOfStore,
  ZoneVersion,
} from '../ports/schedules.ts';
import type { JsonRows, RowsOf } from './json-rows.ts';
import type { Changes } from './revision.ts';
import { hoursVersions, saidHours, specialDates, WHOLE_WEEK, zoneVersions, zoneVersionsOf } from './schedules.ts';

const KEY = { name: 'key', type: 'integer' };
const ZONE = { name: 'zone', type: 'text' };

/** Changes stores within the connection's present transaction, in SQL common to both engines. */
export class SqlScheduleWriter implements ScheduleWriter {
  readonly #sql: Sql;
  readonly #changes: Changes;

  readonly #rowsOf: RowsOf;

  constructor(sql: Sql, changes: Changes, { rowsOf }: JsonRows) {
    this.#sql = sql;
    this.#changes = changes;
    this.#rowsOf = rowsOf;
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

  async setZone(key: number, zone: string | null, effectiveFrom: EffectiveFrom): Promise<boolean> {
    return (await this.setZones([{ key, zone }], effectiveFrom)).has(key);
  }

  async setZones(zones: readonly ZoneOfStore[], { instant, asked }: EffectiveFrom): Promise<ReadonlySet<number>> {
    const changed: ZoneOfStore[] = [];
    const ended: ZoneOfStore[] = [];
    const known = await this.#zonesOf(zones.map(({ key }) => key));
    for (const { key, zone } of zones) {
      const versions = known.get(key) ?? [];
      const before = versions.find(({ from, until }) => from <= instant && instant < until);
      if (before === undefined || before.zone === zone) continue;
      changed.push({ key, zone });
      const first = (versions.length === 1 && before.zone === null) || before.zone === UNKNOWN_ZONE;
      // A zone that began at this instant was never in force.
      if (before.from < instant && (asked || !first)) ended.push({ key, zone: before.zone });
    }
    if (changed.length === 0) return new Set();
    const keys = JSON.stringify(changed.map(({ key }) => ({ key })));
    await this.#sql.run(
      `delete from zone_changes
       where until_ms > $instant::bigint and store_key in (select key from ${this.#rowsOf('$keys', [KEY])})`,
      { instant, keys },
    );
    if (ended.length > 0) {
      await this.#sql.run(
        `insert into zone_changes (store_key, zone, until_ms)
         select key, zone, $instant::bigint from ${this.#rowsOf('$rows', [KEY, ZONE])}`,
        { instant, rows: JSON.stringify(ended) },
      );
    }
    await this.#sql.run(
      `update stores set zone = c.zone, version = version + 1
       from ${this.#rowsOf('$rows', [KEY, ZONE])} where store_key = c.key`,
      { rows: JSON.stringify(changed) },
    );
    this.#changes.stores();
    return new Set(changed.map(({ key }) => key));
  }

  /** The zones of stores as versions, by the key of the store. */
  async #zonesOf(keys: readonly number[]): Promise<Map<number, ZoneVersion[]>> {
    const given = this.#rowsOf('$keys', [KEY]);
    const rows = await this.#sql.rows(
      `select store_key, zone, until_ms from zone_changes where store_key in (select key from ${given})
       union all select store_key, zone, null from stores where store_key in (select key from ${given})
       order by store_key, until_ms nulls last`,
      { keys: JSON.stringify(keys.map((key) => ({ key }))) },
    );
    const byKey = new Map<number, Row[]>();
    for (const row of rows) addTo(byKey, Number(row.store_key), row);
    return new Map([...byKey].map(([key, ofStore]) => [key, zoneVersionsOf(ofStore)]));
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
