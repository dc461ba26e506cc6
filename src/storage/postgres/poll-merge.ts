import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Session } from '../../duckdb/session.ts';
import { numbersOf } from '../../duckdb/vectors.ts';
import type { MergeCounts } from '../ports/import-session.ts';
import { REPLACES } from '../sql/staging.ts';
import type { PostgresConnection, PostgresPool } from './client.ts';
import { type CopiedPolls, writePolls } from './copy.ts';
import { instant } from './instant.ts';
import type { Partitioning } from './partitioning.ts';
import { fillTables, NEW_POLLS, SHARED_PARTITION } from './partitions.ts';
import { mondayOf, WEEK } from './weeks.ts';

/** Incoming polls that are merged together. */
interface PollPart {
  readonly polls: number;
  /** Their earliest and latest instant, milliseconds. */
  readonly range: { readonly from: number; readonly to: number };
  /** Their number by the Monday of their week. */
  readonly weeks: ReadonlyMap<number, number>;
  /** Whether this import has filled the tables of all these weeks. */
  readonly isFilled: boolean;
  /** Which of `incoming_polls` in the staging they are. */
  readonly condition: string;
}

/** Of polls without those that are repeated. */
export type PollCounts = Omit<MergeCounts, 'repeated'>;

export const NO_POLLS: PollCounts = { added: 0, replaced: 0, alreadyThere: 0 };

interface PollMergeParts {
  readonly staging: Session;
  readonly connection: PostgresConnection;
  /** `undefined`: no other connection could do anything. */
  readonly pool: PostgresPool | undefined;
  readonly partitioning: Partitioning;
}

/**
 * Merges the polls of one import, which may have several files. Until the end, those of new weeks are in tables that
 * nobody else reads: attaching them to `polls` locks the shared partition, which nearly all readers need.
 */
export class PollMerge {
  readonly #staging: Session;
  readonly #sql: PostgresConnection;
  readonly #pool: PostgresPool | undefined;
  readonly #partitioning: Partitioning;
  /** The Mondays of filled tables. */
  #filled: ReadonlySet<number> = new Set();
  /** Whether this import has written to `polls`, so that it keeps locks that keep others from changing partitions. */
  #wrote = false;

  constructor({ staging, connection, pool, partitioning }: PollMergeParts) {
    this.#staging = staging;
    this.#sql = connection;
    this.#pool = pool;
    this.#partitioning = partitioning;
  }

  /**
   * Merges the `incoming_polls` of the staging.
   *
   * @param reasons whether any may have a reason
   */
  async merge(incoming: Pick<PollPart, 'polls' | 'range'>, reasons: boolean): Promise<PollCounts> {
    let counts = NO_POLLS;
    for (const part of await this.#partsOf(incoming)) {
      const { added, replaced, alreadyThere } = await this.#mergePart(part, reasons);
      counts = {
        added: counts.added + added,
        replaced: counts.replaced + replaced,
        alreadyThere: counts.alreadyThere + alreadyThere,
      };
    }
    return counts;
  }

  /** Makes the filled tables partitions. Readers of the shared partition wait from here to the commit. */
  async finish(): Promise<void> {
    if (this.#filled.size > 0) await this.#partitioning.attach(this.#sql, [...this.#filled]);
  }

  /** Splits the incoming polls: those of weeks whose tables this import has filled go to these tables. */
  async #partsOf(whole: Pick<PollPart, 'polls' | 'range'>): Promise<PollPart[]> {
    const weeks = await this.#weeks();
    const filled = new Map([...weeks].filter(([monday]) => this.#filled.has(monday)));
    if (filled.size === 0) return [{ ...whole, weeks, isFilled: false, condition: 'true' }];
    const others = new Map([...weeks].filter(([monday]) => !filled.has(monday)));
    const parts: PollPart[] = [];
    for (const part of [filled, others].filter(({ size }) => size > 0)) {
      const condition = `epoch_ms(date_trunc('week', instant)) in (${[...part.keys()]})`;
      const { polls, earliest, latest } = await this.#staging.row(`
        select count(*) as polls, epoch_ms(min(instant)) as earliest, epoch_ms(max(instant)) as latest
        from incoming_polls where ${condition}`);
      const range = { from: Number(earliest), to: Number(latest) };
      parts.push({ polls: Number(polls), range, weeks: part, isFilled: part === filled, condition });
    }
    return parts;
  }

  async #mergePart(part: PollPart, reasons: boolean): Promise<PollCounts> {
    if (part.isFilled) return this.#mergeInto(NEW_POLLS, part, reasons);
    const { own, allNew } = await this.#partitioning.plan(this.#sql, part.weeks, this.#filled);
    if (allNew && own.length > 0 && !(await this.#isShared(part.range))) {
      const send = (target: string) => this.#sendPolls(target, part, reasons);
      const shared = await fillTables(this.#sql, own, { isFirst: this.#filled.size === 0, fill: send });
      this.#filled = new Set([...this.#filled, ...own]);
      this.#wrote ||= shared > 0;
      return { added: part.polls, replaced: 0, alreadyThere: 0 };
    }
    // Another connection would wait for the locks of this one.
    if (this.#pool === undefined || !this.#wrote) await this.#partitioning.createFor(this.#pool ?? this.#sql, own);
    this.#wrote = true;
    return this.#mergeInto('polls', part, reasons);
  }

  /** Whether the shared partition has polls of these weeks. */
  async #isShared({ from, to }: PollPart['range']): Promise<boolean> {
    const weeks = `instant >= ${instant(mondayOf(from))} and instant < ${instant(mondayOf(to) + WEEK)}`;
    // This connection would keep its lock, which it has anyway once it has written.
    const sql = this.#wrote ? this.#sql : (this.#pool ?? this.#sql);
    return (await sql.rows(`select 1 from ${SHARED_PARTITION} where ${weeks} limit 1`)).length > 0;
  }

  /** @param target `polls` or `new_polls` */
  async #mergeInto(target: string, part: PollPart, reasons: boolean): Promise<PollCounts> {
    const known = `instant between ${instant(part.range.from)} and ${instant(part.range.to)}`;
    const [met] = await this.#sql.rows(`select 1 from ${target} where ${known} limit 1`);
    if (met !== undefined) return this.#mergeKnownPolls(target, part, known, reasons);
    await this.#sendPolls(target, part, reasons);
    return { added: part.polls, replaced: 0, alreadyThere: 0 };
  }

  /**
   * @param known a condition on `instant` that all polls match
   * @param reasons whether any poll may have a reason
   */
  async #mergeKnownPolls(target: string, part: PollPart, known: string, reasons: boolean): Promise<PollCounts> {
    await this.#sql.run('create temp table incoming_polls (like polls) on commit drop');
    await this.#sendPolls('incoming_polls', part, reasons);
    await this.#sql.run('analyze incoming_polls');
    const { there } = await this.#sql.row(`
      select count(*) as there from incoming_polls i join ${target} p using (store_key, instant) where p.${known}`);
    const replaced = await this.#sql.run(`
      update ${target} p set active = i.active, reason = i.reason from incoming_polls i
      where p.store_key = i.store_key and p.instant = i.instant and ${REPLACES} and p.${known}`);
    const added = part.polls - Number(there);
    if (added > 0) {
      await this.#sql.run(`
        insert into ${target} (store_key, instant, active, reason)
        select i.store_key, i.instant, i.active, i.reason
        from incoming_polls i left join ${target} p on p.store_key = i.store_key and p.instant = i.instant and p.${known}
        where p.store_key is null`);
    }
    await this.#sql.run('drop table incoming_polls');
    return { added, replaced, alreadyThere: Number(there) - replaced };
  }

  async #sendPolls(target: string, { condition }: PollPart, reasons: boolean): Promise<void> {
    const { chunks } = await this.#staging.result(
      `select store_key, epoch_ms(instant)::double, active::utinyint${reasons ? ', reason' : ''} from incoming_polls
       where ${condition}`,
    );
    await writePolls(this.#sql, target, reasons, pollsOf(chunks, reasons));
  }

  /** Number of polls by the Monday of their week. */
  async #weeks(): Promise<Map<number, number>> {
    const rows = await this.#staging.rows(
      `select epoch_ms(date_trunc('week', instant))::double as monday, count(*) as polls from incoming_polls group by 1`,
    );
    return new Map(rows.map(({ monday, polls }) => [Number(monday), Number(polls)]));
  }
}

async function* pollsOf(chunks: AsyncIterable<DuckDBDataChunk>, withReasons: boolean): AsyncGenerator<CopiedPolls> {
  for await (const chunk of chunks) {
    const [keys, instants, active] = [numbersOf(chunk, 0), numbersOf(chunk, 1), numbersOf(chunk, 2)];
    const reasons = withReasons ? (chunk.getColumnValues(3) as (string | null)[]) : [];
    yield { length: chunk.rowCount, keys, instants, active, reasons };
  }
}
