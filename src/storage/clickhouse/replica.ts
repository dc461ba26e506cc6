import { UserError } from '../../lib/errors.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import { sleep } from '../../lib/world/timers.ts';
import type { SnapshotUse } from '../ports/storage.ts';
import type { Clickhouse } from './client.ts';
import { POLLS } from './tables.ts';

/** How long a replica may take to get what the others have, milliseconds, and between two looks at it. */
const CATCH_UP = { request: 1_000, background: 10_000 } as const;
const LOOK = 20;

/** For how long a replica that failed is asked last, milliseconds. */
const AVOIDED = 10_000;

/** What of a table's state tells whether it has all polls. */
interface State {
  /** All that the log of the shard had is in the replica's queue. */
  readonly pulled: boolean;
  /** Blocks in the queue that the replica still has to fetch. */
  readonly fetching: number;
}

/** A server that has the polls of a shard. */
export class Replica {
  readonly server: Clickhouse;
  readonly #replicated: boolean;
  readonly #prepare: (server: Clickhouse) => Promise<void>;
  #prepared: Promise<void> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param replicated whether there may be others of the same shard
   * @param prepare creates the tables, or looks at them, before the first use; repeated until it succeeds
   */
  constructor(server: Clickhouse, replicated: boolean, prepare: (server: Clickhouse) => Promise<void>) {
    this.server = server;
    this.#replicated = replicated;
    this.#prepare = prepare;
  }

  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare(this.server).catch((error) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  failed(): void {
    this.#failedAt = elapsed();
  }

  get isAvoided(): boolean {
    return elapsed() - this.#failedAt < AVOIDED;
  }

  /**
   * Resolves when the server has everything that was written to its shard, on any replica, before the call.
   *
   * @throws UserError `unavailable` when it does not get it in time
   */
  async catchUp(use: SnapshotUse): Promise<void> {
    if (!this.#replicated) return;
    const since = elapsed();
    // The server looks at the queue before it looks at the log, and what it pulls in between is in neither. So the log has
    // to be pulled before the queue is found empty.
    let pulled = false;
    for (;;) {
      const state = await this.#state();
      if (pulled && state.fetching === 0) return;
      if (!pulled && state.pulled) {
        pulled = true;
        continue;
      }
      if (elapsed() - since > CATCH_UP[use]) {
        throw new UserError(
          'unavailable',
          `ClickHouse at ${this.server.place} has not yet received all polls of its shard`,
        );
      }
      await sleep(LOOK);
    }
  }

  async #state(): Promise<State> {
    const { fetching, next, last, path } = await this.#look(
      'inserts_in_queue as fetching, log_pointer as next, log_max_index as last, zookeeper_path as path',
    );
    let pulled = Number(next) > Number(last);
    // The first entry of a log has the number 0, as an empty log has.
    if (!pulled && Number(last) === 0) {
      const log = `select count() as entries from system.zookeeper where path = '${path}/log'`;
      pulled = Number((await this.server.row(log, 'request')).entries) === 0;
    }
    return { pulled, fetching: Number(fetching) };
  }

  /** Whether it can remove weeks: earlier servers let one replica of a shard do that. */
  async leads(): Promise<boolean> {
    if (!this.#replicated) return true;
    const { leads } = await this.#look('is_leader as leads');
    return Number(leads) === 1;
  }

  /** For how long it has lacked something that others have, seconds. */
  async delay(): Promise<number> {
    if (!this.#replicated) return 0;
    const { delay } = await this.#look('absolute_delay as delay');
    return Number(delay);
  }

  async #look(columns: string) {
    const [row] = await this.server.rows(
      `select ${columns} from system.replicas where database = currentDatabase() and table = '${POLLS}'`,
      'request',
    );
    if (row === undefined) {
      throw new UserError(
        'unavailable',
        `ClickHouse at ${this.server.place} does not have the replicated table ${POLLS}`,
      );
    }
    return row;
  }
}
