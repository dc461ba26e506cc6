import type { Session } from '../../duckdb/session.ts';
import { type KnownPolls, type MergedPolls, NOT_STORED, type PollGroup } from '../shared/poll-group.ts';
import { SqlPollDeleting } from '../sql/poll-deleting.ts';
import type { PostgresConnection, PostgresPool } from './client.ts';
import { writePolls } from './copy.ts';
import { instant } from './instant.ts';
import type { Partitioning } from './partitioning.ts';
import type { IncomingPolls, PollWriter } from './poll-log.ts';
import { type PollCounts, PollMerge } from './poll-merge.ts';
import { scanLatestPoll } from './poll-range.ts';

/** Changes polls that are in PostgreSQL. */
export class PostgresPollWriter extends SqlPollDeleting implements PollWriter {
  readonly #sql: PostgresConnection;
  readonly #pool: PostgresPool | undefined;
  readonly #partitioning: Partitioning;
  #merge: PollMerge | undefined;

  constructor(connection: PostgresConnection, pool: PostgresPool | undefined, partitioning: Partitioning) {
    super(connection);
    this.#sql = connection;
    this.#pool = pool;
    this.#partitioning = partitioning;
  }

  latest(upTo?: number): Promise<number | undefined> {
    return scanLatestPoll(this.#sql, upTo);
  }

  merge(staging: Session, incoming: IncomingPolls): Promise<PollCounts> {
    this.#merge ??= new PollMerge({
      staging,
      connection: this.#sql,
      pool: this.#pool,
      partitioning: this.#partitioning,
    });
    return this.#merge.merge(incoming, incoming.reasons);
  }

  async clear(): Promise<void> {
    await this.#sql.run('truncate polls');
  }

  /** Readers of the shared partition wait from here to the commit. */
  async finish(): Promise<void> {
    await this.#merge?.finish();
  }

  /**
   * Looks up each poll in the index. A join would be planned as a scan of the whole week, since no index is on the
   * instant alone; `offset 0` prevents that.
   */
  async lookUp(polls: PollGroup): Promise<KnownPolls> {
    const there = new Uint8Array(polls.length).fill(NOT_STORED);
    const reasons = new Map<number, string>();
    if (polls.length === 0) return { active: there, reasons };
    const rows = await this.#sql.list(
      `select a.place, met.active, met.reason
       from unnest($1::integer[], $2::bigint[]) with ordinality a (store_key, instant_ms, place)
       cross join lateral (
         select p.active, p.reason from polls p
         where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')} and ${rangeOf(polls)}
         offset 0
       ) met`,
      [arrayText(polls.keys), arrayText(polls.instants)],
    );
    for (const { place, active, reason } of rows) {
      there[Number(place) - 1] = active === true ? 1 : 0;
      if (polls.hasReasons && reason !== null) reasons.set(Number(place) - 1, String(reason));
    }
    return { active: there, reasons };
  }

  async write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void> {
    const { added, replaced } = polls.changes(there, reasons);
    if (replaced.length > 0) {
      const picked = pick(polls, reasons, replaced);
      await this.#sql.list(
        `update polls p set active = a.active = 1, reason = a.reason
         from unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[]) a (store_key, instant_ms, active, reason)
         where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')}
           and ${rangeOf(polls)}`,
        [arrayText(picked.keys), arrayText(picked.instants), arrayText(picked.active), picked.reasons],
      );
    }
    if (added.length === 0) return;
    await writePolls(this.#sql, 'polls', reasons.size > 0, [pick(polls, reasons, added)]);
  }
}

/** Polls in the driver's types. */
interface PickedPolls {
  readonly length: number;
  readonly keys: Int32Array;
  readonly instants: Float64Array;
  readonly active: Uint8Array;
  readonly reasons: (string | null)[];
}

/** Limits the plan to the weeks of these polls. */
function rangeOf({ from, to }: PollGroup): string {
  return `p.instant between ${instant(from)} and ${instant(to)}`;
}

/** An array literal; the driver would quote every number. */
export function arrayText(numbers: Int32Array | Float64Array | Uint8Array): string {
  return `{${numbers.join(',')}}`;
}

function pick(polls: PollGroup, reasons: MergedPolls['reasons'], places: Int32Array): PickedPolls {
  return {
    length: places.length,
    keys: places.map((place) => polls.keys[place] as number),
    instants: Float64Array.from(places, (place) => polls.instants[place] as number),
    active: Uint8Array.from(places, (place) => polls.active[place] as number),
    reasons: Array.from(places, (place) => reasons.get(place) ?? null),
  };
}
