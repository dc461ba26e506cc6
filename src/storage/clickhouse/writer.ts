import type { Session } from '../../duckdb/session.ts';
import { numbersOf } from '../../duckdb/vectors.ts';
import type { Sql } from '../../lib/sql.ts';
import type { DeletedPoll } from '../ports/stores.ts';
import type { IncomingPolls, PollWriter } from '../postgres/poll-log.ts';
import type { PollCounts } from '../postgres/poll-merge.ts';
import { type KnownPolls, type MergedPolls, NOT_STORED, type PollGroup } from '../shared/poll-group.ts';
import { keptLatestPoll } from '../sql/latest-poll.ts';
import { BlockBuilder } from './block-builder.ts';
import { Cursor } from './cursor.ts';
import { commitBlocks, committed, enterBlock, type View, withdrawPending } from './ledger.ts';
import { ClickhousePollReader, type OrderedPolls, type ReaderParts, within } from './reader.ts';
import type { Shard } from './shard.ts';
import { POLL_COLUMNS, POLLS } from './tables.ts';

/** Rows of a block. */
const BLOCK = 100_000;
/** Polls that one query looks up. */
const LOOKED_UP = 5_000;
/** Stores up to which a query names each of them. */
const NAMED_KEYS = 10_000;

/** A change of the number of polls, as `POLL_COLUMNS` says. */
const ADDED = 1;
const REPLACED = 0;
const DELETED = -1;

interface WriterParts extends ReaderParts {
  /** Another connection, whose statements stay when the transaction fails. */
  readonly outside: Sql;
}

/** Changes polls in ClickHouse. What it writes counts once the transaction in PostgreSQL is committed. */
export class ClickhousePollWriter extends ClickhousePollReader implements PollWriter {
  readonly #outside: Sql;
  /** The view when the first poll was read or written. */
  #before: Promise<View> | undefined;
  /** The blocks of this transaction, and those of them that could not be written. */
  readonly #written: number[] = [];
  readonly #failed: number[] = [];
  /** The rows that are not sent yet, a block for each shard. */
  readonly #blocks: readonly BlockBuilder[];

  constructor({ outside, ...parts }: WriterParts) {
    super(parts);
    this.#outside = outside;
    this.#blocks = parts.cluster.shards.map(() => new BlockBuilder());
  }

  protected override async view(): Promise<View> {
    this.#before ??= this.#begin();
    const { after, upTo, without } = await this.#before;
    return { after, upTo: this.#written.at(-1) ?? upTo, without: [...without, ...this.#failed] };
  }

  async #begin(): Promise<View> {
    await withdrawPending(this.parts.sql);
    return committed(this.parts.sql);
  }

  async lookUp(polls: PollGroup): Promise<KnownPolls> {
    const active = new Uint8Array(polls.length).fill(NOT_STORED);
    const reasons = new Map<number, string>();
    const places = new Map(
      Array.from(polls.keys, (key, place) => [placeName(key, polls.instants[place] as number), place]),
    );
    const latest = await this.#latestThere();
    await Promise.all(
      this.parts.cluster.shards.map(async (shard) => {
        const there = [...polls.keys.keys()].filter(
          (place) =>
            (polls.instants[place] as number) <= latest && this.parts.cluster.of(polls.keys[place] as number) === shard,
        );
        for (let first = 0; first < there.length; first += LOOKED_UP) {
          const pairs = there
            .slice(first, first + LOOKED_UP)
            .map((place) => `(${polls.keys[place]}, ${polls.instants[place]})`);
          const condition = `${within(polls.from, Math.min(polls.to, latest))} and (k, t) in (${pairs.join(', ')})`;
          for await (const block of this.ordered(shard, condition, polls.hasReasons)) {
            for (const [i, key] of block.keys.entries()) {
              const place = places.get(placeName(key, block.instants[i] as number)) as number;
              active[place] = block.active[i] as number;
              if (block.reasons[i]) reasons.set(place, block.reasons[i] as string);
            }
          }
        }
      }),
    );
    return { active, reasons };
  }

  /** Polls after this instant cannot be there: those of a prober are newer than all others, and need no look. */
  async #latestThere(): Promise<number> {
    // What this transaction has written is kept with its revision at its end.
    if (this.#written.length > 0) return Number.POSITIVE_INFINITY;
    return (await keptLatestPoll(this.parts.sql)) ?? Number.NEGATIVE_INFINITY;
  }

  async write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void> {
    const { added, replaced } = polls.changes(there, reasons);
    const put = (place: number, change: number) => {
      const [key, instant] = [polls.keys[place] as number, polls.instants[place] as number];
      this.#put(key, instant, polls.active[place] as number, reasons.get(place) ?? '', change);
    };
    for (const place of added) put(place, ADDED);
    for (const place of replaced) put(place, REPLACED);
    await this.#send();
  }

  /** Both the incoming polls and those that are there come ordered by store and instant. */
  async merge(staging: Session, { range, reasons }: IncomingPolls): Promise<PollCounts> {
    const cursors = (await this.#there(staging, range, reasons)).map((polls) => new Cursor(polls));
    await Promise.all(cursors.map((cursor) => cursor.more()));
    let [added, replaced, alreadyThere] = [0, 0, 0];
    const { chunks } = await staging.result(
      `select store_key, epoch_ms(instant)::double, active::utinyint${reasons ? ', reason' : ''} from incoming_polls`,
    );
    for await (const chunk of chunks) {
      const [keys, instants, states] = [numbersOf(chunk, 0), numbersOf(chunk, 1), numbersOf(chunk, 2)];
      const texts = reasons ? (chunk.getColumnValues(3) as (string | null)[]) : [];
      for (let i = 0; i < chunk.rowCount; i++) {
        const [key, instant, active] = [keys[i] as number, instants[i] as number, states[i] as number];
        const reason = texts[i] ?? '';
        const there = cursors[this.parts.cluster.placeOf(key)] as Cursor;
        while (!there.seek(key, instant)) await there.more();
        const met = there.met(key, instant);
        if (met !== undefined && met.active === active && (reason === '' || reason === met.reason)) {
          alreadyThere++;
          continue;
        }
        if (met === undefined) added++;
        else replaced++;
        this.#put(key, instant, active, reason, met === undefined ? ADDED : REPLACED);
        if (this.#rows === BLOCK) await this.#send();
      }
    }
    await Promise.all(cursors.map((cursor) => cursor.close()));
    await this.#send();
    return { added, replaced, alreadyThere };
  }

  /** The polls that incoming ones may meet, of each shard. */
  async #there(
    staging: Session,
    range: IncomingPolls['range'],
    reasons: boolean,
  ): Promise<AsyncGenerator<OrderedPolls>[]> {
    const keys = (
      await staging.rows(`select distinct store_key as key from incoming_polls order by 1 limit ${NAMED_KEYS + 1}`)
    ).map(({ key }) => Number(key));
    const named = keys.length > NAMED_KEYS ? '' : ` and k in (${keys.join(', ')})`;
    return this.parts.cluster.shards.map((shard) =>
      this.ordered(shard, `${within(range.from, range.to)}${named}`, reasons),
    );
  }

  async deleteAll(key: number): Promise<number | undefined> {
    const latest = await this.latestOfKey(key);
    if (latest === undefined) return undefined;
    for await (const block of this.ordered(this.parts.cluster.of(key), `k = ${key}`, false)) {
      for (const instant of block.instants) this.#put(key, instant, 0, '', DELETED);
    }
    await this.#send();
    return latest;
  }

  async deleteOne(key: number, instant: number): Promise<DeletedPoll | undefined> {
    const [poll] = await this.last(key, instant, instant, 1);
    if (poll === undefined) return undefined;
    this.#put(key, instant, 0, '', DELETED);
    await this.#send();
    return { active: poll.active, reason: poll.reason };
  }

  async clear(): Promise<void> {
    const { upTo, without } = await this.view();
    await this.parts.sql.run(`update poll_home set cleared_rev = ${Math.max(upTo, ...without)}`);
    this.#before = committed(this.parts.sql);
  }

  async finish(): Promise<void> {
    if (this.#written.length > 0) await commitBlocks(this.parts.sql, this.#written);
  }

  #put(key: number, instant: number, active: number, reason: string, change: number): void {
    const block = this.#blocks[this.parts.cluster.placeOf(key)] as BlockBuilder;
    block.put(key, instant, active, reason, change);
  }

  get #rows(): number {
    return this.#blocks.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Sends the rows that were collected, to each shard its own, as one revision. */
  async #send(): Promise<void> {
    if (this.#rows === 0) return;
    // What others have left pending is withdrawn before something is pending here.
    await this.view();
    const { cluster, use } = this.parts;
    const rev = await enterBlock(this.#outside, this.#rows);
    const sent = await Promise.allSettled(
      this.#blocks.map(async (block, i) => {
        if (block.rows === 0) return;
        await (cluster.shards[i] as Shard).insert(POLLS, POLL_COLUMNS, block.take(rev), String(rev), use);
      }),
    );
    const failed = sent.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failed !== undefined) {
      this.#failed.push(rev);
      throw failed.reason;
    }
    this.#written.push(rev);
  }
}

/** A key of a map. */
function placeName(key: number, instant: number): string {
  return `${key} ${instant}`;
}
