import { isTemporary, UserError } from '../../lib/errors.ts';
import type { Sql } from '../../lib/sql.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import { sleep } from '../../lib/world/timers.ts';
import type { WriteQueue } from '../shared/write-queue.ts';
import { PostgresConnection, type PostgresPool } from './client.ts';
import { lockFor } from './lock.ts';
import { attachTables, createPartition, partitions, shareInstead } from './partitions.ts';
import { hasRecentWeek, mondayOf, nameOf, type PartitionRules, planWeeks, type WeekPlan, weeksAhead } from './weeks.ts';

/** While a change of partitions waits for its lock, readers queue behind it; milliseconds. */
const LOCK_WAIT = 300;
/** Attempts, and milliseconds between them, for work that nobody waits for. */
const ATTEMPTS = 5;
const PAUSE = 500;
/** After a failed attempt for an append, its weeks stay in the shared partition for at least this long; milliseconds. */
const RETRY_AFTER = 60_000;

/**
 * Creates and drops partitions in short transactions of their own. Each needs a lock that a long reader such as pg_dump
 * keeps from it; then the polls go to the shared partition, and move out of it when the week gets its partition later.
 * All methods but `dropping` are called within a turn of the write queue.
 */
export class Partitioning {
  readonly #rules: PartitionRules;
  /** As of the last look: another server may have created or dropped some. */
  #known: ReadonlySet<string> = new Set();
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(rules: PartitionRules) {
    this.#rules = rules;
  }

  /** Creates the partitions of the next weeks where polls arrive by themselves. */
  async prepare(pool: PostgresPool): Promise<void> {
    this.#known = await partitions(pool);
    if (hasRecentWeek(this.#known, this.#rules)) await this.#tryToCreate(pool, weeksAhead(this.#known, this.#rules));
  }

  /**
   * Creates the partitions that polls are to get, and those of the next weeks when they are of the present one.
   *
   * @param polls how many polls are to be written, by the Monday of their week
   */
  async prepareFor(pool: PostgresPool, polls: ReadonlyMap<number, number>): Promise<void> {
    if (this.#missing(polls).length === 0 || elapsed() < this.#pausedUntil) return;
    this.#known = await partitions(pool);
    await this.#tryToCreate(pool, this.#missing(polls));
  }

  /**
   * What an import is to do about the weeks of its polls.
   *
   * @param filled the Mondays of the tables that it has filled
   */
  async plan(sql: Sql, polls: ReadonlyMap<number, number>, filled: Iterable<number>): Promise<WeekPlan> {
    const existing = new Set([...(await partitions(sql)), ...[...filled].map(nameOf)]);
    return planWeeks(existing, polls, this.#rules);
  }

  /**
   * Creates partitions for an import, on another connection if it can: its own would keep the locks until it ends.
   */
  async createFor(where: PostgresPool | PostgresConnection, mondays: readonly number[]): Promise<void> {
    if (where instanceof PostgresConnection) {
      for (const monday of mondays) await createPartition(where, monday);
      return;
    }
    for (const monday of mondays) {
      const created = await untilFree(() =>
        where.transaction(async (sql) => {
          await limitLocks(sql);
          await createPartition(sql, monday);
        }),
      );
      if (!created) return;
    }
  }

  /**
   * Makes the tables that an import has filled partitions, or moves their polls to the shared one if they cannot become
   * partitions now.
   */
  async attach(sql: PostgresConnection, mondays: readonly number[]): Promise<void> {
    const attached = await untilFree(async () => {
      await sql.run('savepoint attaching');
      try {
        await limitLocks(sql);
        await attachTables(sql, mondays);
        await sql.run('set local lock_timeout = 0');
      } catch (error) {
        if (!sql.lost) await sql.run('rollback to savepoint attaching');
        throw error;
      }
    });
    if (!attached) await shareInstead(sql);
  }

  /**
   * Runs a step that drops something, as one transaction in a turn of the queue.
   *
   * @returns what `step` returns
   * @throws UserError `busy` when readers keep the lock from it
   */
  async dropping(queue: WriteQueue, pool: PostgresPool, step: (sql: Sql) => Promise<number>): Promise<number> {
    let dropped = 0;
    const done = await untilFree(() =>
      queue.run(async () => {
        dropped = await pool.transaction(async (sql) => {
          await lockFor(sql, 'import');
          await limitLocks(sql);
          return step(sql);
        });
      }),
    );
    if (done) return dropped;
    throw new UserError('busy', 'old polls cannot be deleted while another session, such as pg_dump, reads polls');
  }

  #missing(polls: ReadonlyMap<number, number>): number[] {
    const { own } = planWeeks(this.#known, polls, this.#rules);
    if (!polls.has(mondayOf(this.#rules.now()))) return [...own];
    const withOwn = new Set([...this.#known, ...own.map(nameOf)]);
    return [...own, ...weeksAhead(withOwn, this.#rules)];
  }

  /** Tries once, without a retry: a request may be waiting. */
  async #tryToCreate(pool: PostgresPool, mondays: readonly number[]): Promise<void> {
    let alone = false;
    try {
      for (const monday of mondays) {
        await pool.transaction(async (sql) => {
          await lockFor(sql, 'import');
          alone = true;
          if ((await partitions(sql)).has(nameOf(monday))) return;
          await limitLocks(sql);
          await createPartition(sql, monday);
        });
        this.#known = new Set([...this.#known, nameOf(monday)]);
      }
    } catch (error) {
      if (!alone || !isTemporary(error)) throw error;
      this.#pausedUntil = elapsed() + RETRY_AFTER;
    }
  }
}

async function limitLocks(sql: Sql): Promise<void> {
  await sql.run(`set local lock_timeout = ${LOCK_WAIT}`);
}

/** Returns `false` when the locks that `work` needs never became free. */
async function untilFree(work: () => Promise<void>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isTemporary(error) || error.code !== 'busy') throw error;
      if (attempt === ATTEMPTS) return false;
      await sleep(PAUSE);
    }
  }
}
