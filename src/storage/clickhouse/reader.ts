import {
  newPollColumns,
  type PackedMemory,
  type PackedPolls,
  type PollColumns,
  packingBase,
} from '../../domain/polls.ts';
import { int32Column } from '../../lib/columns.ts';
import type { Sql } from '../../lib/sql.ts';
import type { PollsOfReason, StoredPoll } from '../ports/snapshot.ts';
import type { SnapshotUse } from '../ports/storage.ts';
import type { PollReader } from '../postgres/poll-log.ts';
import type { Clickhouse } from './client.ts';
import type { Cluster } from './cluster.ts';
import { committed, type View } from './ledger.ts';
import type { NativeBlock, NativeColumn } from './native.ts';
import type { Shard } from './shard.ts';
import { POLLS, visible } from './tables.ts';

const KEY = { name: 'k', type: 'Int32' } as const;
const INSTANT = { name: 'instant', type: 'Float64' } as const;
const ACTIVE = { name: 'active', type: 'UInt8' } as const;
const CHANGE = { name: 'change', type: 'Int8' } as const;
const PACKED = { name: 'poll', type: 'UInt64', words: true } as const;
const REASON = { name: 'reason', type: 'String' } as const;

/** A condition that all rows match; earlier servers do not know `true`. */
const EVERY = '1 = 1';

export interface ReaderParts {
  readonly cluster: Cluster;
  /** The connection of the transaction in PostgreSQL. */
  readonly sql: Sql;
  readonly use: SnapshotUse;
  /** What the reader throws instead of an error that it got after it has waited. */
  readonly gaveUp?: (error: unknown) => unknown;
}

/** Reads polls in ClickHouse: those whose blocks are committed for the transaction in PostgreSQL. */
export class ClickhousePollReader implements PollReader {
  protected readonly parts: ReaderParts;
  #view: Promise<View> | undefined;

  constructor(parts: ReaderParts) {
    this.parts = parts;
  }

  earliest(): Promise<number | undefined> {
    return this.#extreme('min', EVERY);
  }

  latest(upTo?: number): Promise<number | undefined> {
    return this.#extreme('max', upTo === undefined ? EVERY : `t <= ${Math.floor(upTo)}`);
  }

  async latestOf(ids: readonly string[], upTo?: number): Promise<number | undefined> {
    const rows = await this.parts.sql.rows(
      `select store_key from stores
       where not deleted and store_id in (select value from json_array_elements_text($ids::json) value)`,
      { ids: JSON.stringify(ids) },
    );
    if (rows.length === 0) return undefined;
    const keys = rows.map((row) => Number(row.store_key)).join(', ');
    return this.#extreme('max', `k in (${keys})${upTo === undefined ? '' : ` and t <= ${Math.floor(upTo)}`}`);
  }

  earliestOf(key: number): Promise<number | undefined> {
    return this.#extreme('min', `k = ${key}`, [this.parts.cluster.of(key)]);
  }

  latestOfKey(key: number): Promise<number | undefined> {
    return this.#extreme('max', `k = ${key}`, [this.parts.cluster.of(key)]);
  }

  async count(from: number, to: number): Promise<number> {
    return this.#sum(within(from, to));
  }

  total(): Promise<number> {
    return this.#sum(EVERY);
  }

  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const condition = `${ofKeys(firstKey, endKey)} and ${within(from, to)}`;
    const found = await this.#each(async (server) => collected(this.#orderedOn(server, condition, false)));
    const blocks = found.flat();
    // A store has all its polls on one shard, so it is enough to know where those of each store begin.
    const next = new Int32Array(endKey - firstKey + 1);
    for (const { keys } of blocks) for (const key of keys) (next[key - firstKey + 1] as number)++;
    for (let i = 1; i < next.length; i++) (next[i] as number) += next[i - 1] as number;
    const columns = newPollColumns(next.at(-1) as number);
    for (const { keys, instants, active } of blocks) {
      for (const [i, key] of keys.entries()) {
        const store = key - firstKey;
        const place = (next[store] as number)++;
        columns.store[place] = store;
        columns.instant[place] = instants[i] as number;
        columns.active[place] = active[i] as number;
      }
    }
    return columns;
  }

  /**
   * The server packs them. Where no poll was replaced or deleted, which is most often, what it sends is copied as it is. Then
   * a server that has them in order gives them so; another one need not sort them, since the kernel arranges them faster.
   */
  async packed(firstKey: number, endKey: number, from: number, to: number, memory: PackedMemory): Promise<PackedPolls> {
    const base = packingBase(from, to);
    const packed = `toUInt64(k - ${firstKey}) * 4294967296 + toUInt64(2 * (t - ${base}) + active) as poll`;
    const rows = `${POLLS} where ${await this.#visible()} and ${ofKeys(firstKey, endKey)} and ${within(from, to)}`;
    const { use } = this.parts;
    const blocks = await this.#each(async (server) => {
      const [changed] = await server.rows(`select 1 as one from ${rows} and change <= 0 limit 1`, use);
      const { readsInOrder } = await server.abilities();
      return collected(
        changed === undefined
          ? server.blocks(`select ${packed} from ${rows}${readsInOrder ? ' order by k, t' : ''}`, [PACKED], use)
          : server.blocks(`select ${packed}, change from ${rows} order by k, t, rev`, [PACKED, CHANGE], use),
      );
    });
    const words = memory.of(blocks.flat().reduce((rows, block) => rows + block.rows, 0));
    let length = 0;
    for (const { rows, values } of blocks.flat()) {
      const [packed, changes] = values as [Int32Array, Int8Array | undefined];
      if (changes === undefined || changes.every((change) => change > 0)) {
        words.set(packed, 2 * length);
        length += rows;
        continue;
      }
      for (let i = 0; i < rows; i++) {
        const [word, store, change] = [packed[2 * i] as number, packed[2 * i + 1] as number, changes[i] as number];
        // Of the rows of one poll, the last one counts.
        const last = words[2 * length - 2];
        if (change <= 0 && last !== undefined && last >>> 1 === word >>> 1 && words[2 * length - 1] === store) length--;
        if (change < 0) continue;
        words[2 * length] = word;
        words[2 * length + 1] = store;
        length++;
      }
    }
    return { length, from: base, words };
  }

  async reasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
    const range = `${ofKeys(firstKey, endKey)} and ${within(from, to)}`;
    const query = `
      select k, toFloat64(t) as instant, argMax(reason, rev) as known
      from ${POLLS} where ${await this.#visible()} and ${range} and ${await this.#anyOf(range, `reason <> ''`)}
      group by k, t having argMax(change, rev) >= 0 and known <> ''`;
    const columns = [KEY, INSTANT, { name: 'known', type: 'String' }] as const;
    const blocks = await this.#each((server) => collected(server.blocks(query, columns, this.parts.use)));
    const found = new Map<string, { readonly store: number[]; readonly instant: number[] }>();
    for (const { rows, values } of blocks.flat()) {
      const [keys, instants, reasons] = values as [Int32Array, Float64Array, readonly string[]];
      for (let i = 0; i < rows; i++) {
        const reason = reasons[i] as string;
        const polls = found.get(reason) ?? { store: [], instant: [] };
        found.set(reason, polls);
        polls.store.push((keys[i] as number) - firstKey);
        polls.instant.push(instants[i] as number);
      }
    }
    return [...found].map(([reason, polls]) => ({ reason, ...polls }));
  }

  async inactiveKeys(from: number, to: number): Promise<Int32Array> {
    const range = within(from, to);
    const query = `
      select distinct k from (
        select k from ${POLLS}
        where ${await this.#visible()} and ${range} and ${await this.#anyOf(range, 'active = 0')}
        group by k, t having argMax(change, rev) >= 0 and argMax(active, rev) = 0
      )`;
    const blocks = await this.#each((server) => collected(server.blocks(query, [KEY], this.parts.use)));
    const keys = int32Column();
    for (const { rows, values } of blocks.flat()) {
      for (let i = 0; i < rows; i++) keys.push((values[0] as Int32Array)[i] as number);
    }
    return keys.values;
  }

  async last(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
    const query = `
      select toFloat64(t) as instant, argMax(active, rev) as state, argMax(reason, rev) as known
      from ${POLLS} where ${await this.#visible()} and k = ${key} and ${within(from, to)}
      group by t having argMax(change, rev) >= 0 order by t desc limit ${limit}`;
    const { cluster, use } = this.parts;
    const rows = await cluster.of(key).read(use, (server) => server.rows(query, use));
    return rows.map(({ instant, state, known }) => ({
      instant: Number(instant),
      active: Number(state) === 1,
      reason: known === '' ? undefined : String(known),
    }));
  }

  /** Number of all polls, found by looking at each of them. */
  async countOneByOne(): Promise<number> {
    return this.#added(
      `select count() as polls from (
         select k, t from ${POLLS} where ${await this.#visible()}
         group by k, t having argMax(change, rev) >= 0)`,
    );
  }

  /** The instant of the earliest poll of each store that has any. */
  async *earliestByStore(): AsyncGenerator<{ readonly key: number; readonly earliest: number }> {
    const query = `
      select k, toFloat64(min(t)) as instant from ${POLLS}
      where ${await this.#visible()} and ${await this.#notDeleted(EVERY)} group by k order by k`;
    const { cluster, use } = this.parts;
    for (const shard of cluster.shards) {
      const blocks = await shard.read(use, async (server) => server.blocks(query, [KEY, INSTANT], use));
      for await (const { rows, values } of blocks) {
        const [keys, instants] = values as [Int32Array, Float64Array];
        for (let i = 0; i < rows; i++) yield { key: keys[i] as number, earliest: instants[i] as number };
      }
    }
  }

  /** The polls of a shard that a condition matches, ordered by store and instant, in blocks. */
  async *ordered(shard: Shard, condition: string, withReasons: boolean): AsyncGenerator<OrderedPolls> {
    // The view comes first: the server is to have what counts in it.
    await this.view();
    const blocks = await shard.read(this.parts.use, async (server) => this.#orderedOn(server, condition, withReasons));
    yield* blocks;
  }

  async *#orderedOn(server: Clickhouse, condition: string, withReasons: boolean): AsyncGenerator<OrderedPolls> {
    let last: { key: number; instant: number; active: number; reason: string; deleted: boolean } | undefined;
    for await (const { rows, values } of this.#rowsOn(server, condition, withReasons ? [REASON] : [])) {
      const [keys, instants, states, changes, reasons] = values as [
        Int32Array,
        Float64Array,
        Uint8Array,
        Int8Array,
        readonly string[] | undefined,
      ];
      const block: OrderedPolls = { keys: [], instants: [], active: [], reasons: [] };
      for (let i = 0; i < rows; i++) {
        const [key, instant] = [keys[i] as number, instants[i] as number];
        if (last !== undefined && !last.deleted && (last.key !== key || last.instant !== instant)) put(block, last);
        const deleted = (changes[i] as number) < 0;
        last = { key, instant, active: states[i] as number, reason: reasons?.[i] ?? '', deleted };
      }
      yield block;
    }
    if (last === undefined || last.deleted) return;
    const block: OrderedPolls = { keys: [], instants: [], active: [], reasons: [] };
    put(block, last);
    yield block;
  }

  /** The rows that a condition matches, ordered by store, instant and revision. */
  async *#rowsOn(server: Clickhouse, condition: string, more: readonly NativeColumn[]): AsyncGenerator<NativeBlock> {
    const names = more.map(({ name }) => `, ${name}`).join('');
    yield* server.blocks(
      `select k, toFloat64(t) as instant, active, change${names} from ${POLLS}
       where ${await this.#visible()} and ${condition} order by k, t, rev`,
      [KEY, INSTANT, ACTIVE, CHANGE, ...more],
      this.parts.use,
    );
  }

  /** Reads on a server of each shard, or of some. What counts is known before, so that the servers have it. */
  async #each<T>(
    read: (server: Clickhouse) => Promise<T>,
    shards: readonly Shard[] = this.parts.cluster.shards,
  ): Promise<T[]> {
    await this.view();
    const { use, gaveUp } = this.parts;
    const found = Promise.all(shards.map((shard) => shard.read(use, read)));
    return gaveUp === undefined ? found : found.catch((error) => Promise.reject(gaveUp(error)));
  }

  /** Which rows count. */
  protected view(): Promise<View> {
    this.#view ??= committed(this.parts.sql);
    return this.#view;
  }

  async #visible(): Promise<string> {
    return visible(await this.view());
  }

  /** A condition for the rows of polls of which any row in a range matches a condition. */
  async #anyOf(range: string, condition: string): Promise<string> {
    return `(k, t) in (select k, t from ${POLLS} where ${await this.#visible()} and ${range} and ${condition})`;
  }

  /** A condition for the rows of polls that are not deleted. Few are. */
  async #notDeleted(condition: string): Promise<string> {
    const shown = await this.#visible();
    return `(k, t) not in (
      select k, t from ${POLLS} where ${shown} and ${condition} and ${await this.#anyOf(condition, 'change < 0')}
      group by k, t having argMax(change, rev) < 0)`;
  }

  async #extreme(aggregate: 'min' | 'max', condition: string, shards?: readonly Shard[]): Promise<number | undefined> {
    const query = `
      select count() as rows, toFloat64(${aggregate}(t)) as found from ${POLLS}
      where ${await this.#visible()} and ${condition} and ${await this.#notDeleted(condition)}`;
    const answers = await this.#each((server) => server.row(query, this.parts.use), shards);
    const found = answers.flatMap(({ rows, found }) => (Number(rows) === 0 ? [] : [Number(found)]));
    return found.length === 0 ? undefined : Math[aggregate](...found);
  }

  /** Each row says by how many it changed the number of polls. */
  async #sum(condition: string): Promise<number> {
    return this.#added(`select sum(change) as polls from ${POLLS} where ${await this.#visible()} and ${condition}`);
  }

  /** What a query for a number of polls gives on all shards together. */
  async #added(query: string): Promise<number> {
    const answers = await this.#each((server) => server.row(query, this.parts.use));
    return answers.reduce((sum, { polls }) => sum + Number(polls), 0);
  }
}

/** Polls as columns of one length, each store and instant once. */
export interface OrderedPolls {
  readonly keys: number[];
  readonly instants: number[];
  readonly active: number[];
  /** Empty: none, or not asked for. */
  readonly reasons: string[];
}

function put(
  block: OrderedPolls,
  { key, instant, active, reason }: { key: number; instant: number; active: number; reason: string },
): void {
  block.keys.push(key);
  block.instants.push(instant);
  block.active.push(active);
  block.reasons.push(reason);
}

async function collected<T>(blocks: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

export function ofKeys(firstKey: number, endKey: number): string {
  return `k >= ${firstKey} and k < ${endKey}`;
}

export function within(from: number, to: number): string {
  const parts = [
    ...(from === Number.NEGATIVE_INFINITY ? [] : [`t >= ${Math.ceil(from)}`]),
    ...(to === Number.POSITIVE_INFINITY ? [] : [`t <= ${Math.floor(to)}`]),
  ];
  return parts.join(' and ') || EVERY;
}
