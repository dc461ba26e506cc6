import type { PollAppending } from '../shared/appending.ts';
import type { KnownPolls, MergedPolls, PollGroup } from '../shared/poll-group.ts';
import { movingFirstPollsBack } from '../sql/first-polls.ts';
import type { Changes } from '../sql/revision.ts';
import type { PostgresConnection } from './client.ts';
import { addStores } from './import.ts';
import type { PollWriter } from './poll-log.ts';
import { arrayText } from './poll-writer.ts';

/** Adds polls within the connection's present transaction. */
export class PostgresAppending implements PollAppending {
  readonly #sql: PostgresConnection;
  readonly #changes: Changes;
  readonly #polls: PollWriter;

  constructor(connection: PostgresConnection, changes: Changes, polls: PollWriter) {
    this.#sql = connection;
    this.#polls = polls;
    this.#changes = changes;
  }

  async keysOf(ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await addStores(this.#sql, ids, this.#changes);
    return new Map(rows.map((row) => [String(row.store_id), Number(row.store_key)]));
  }

  async restoreStores(keys: readonly number[]): Promise<number> {
    const back = await this.#sql.list(
      `update stores set deleted = false, version = version + 1
       where deleted and store_key = any($1::integer[]) returning 1`,
      [`{${keys.join(',')}}`],
    );
    return back.length;
  }

  lookUp(polls: PollGroup): Promise<KnownPolls> {
    return this.#polls.lookUp(polls);
  }

  async write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void> {
    await this.#polls.write(polls, there, reasons);
    const { added } = polls.changes(there, reasons);
    if (added.length > 0) await this.#noteFirstPolls(polls, added);
  }

  async #noteFirstPolls({ keys, instants }: PollGroup, added: Int32Array): Promise<void> {
    await this.#sql.list(
      movingFirstPollsBack(`(
        select store_key, min(instant_ms) as first_ms
        from unnest($1::integer[], $2::bigint[]) a (store_key, instant_ms) group by store_key
      )`),
      [keys, instants].map((column) => arrayText(Float64Array.from(added, (place) => column[place] as number))),
    );
  }
}
