import { isTemporary, UserError } from '../../lib/errors.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import { sleep } from '../../lib/world/timers.ts';
import type { SnapshotUse } from '../ports/storage.ts';
import type { Clickhouse } from './client.ts';
import type { NativeBlock, NativeColumn } from './native.ts';
import type { Replica } from './replica.ts';

/** Attempts to send a block, and milliseconds between attempts. */
const ATTEMPTS = 4;
const PAUSE = 500;

/** Replicas with the same polls: any of them can be read, and written to. */
export class Shard {
  /** From 1; `undefined`: there is no cluster. */
  readonly number: number | undefined;
  readonly replicas: readonly Replica[];
  readonly #patience: number;
  #interrupts = 0;

  /** @param patience how long work in the background waits for a replica, milliseconds */
  constructor(number: number | undefined, replicas: readonly Replica[], patience = 0) {
    this.number = number;
    this.replicas = replicas;
    this.#patience = patience;
  }

  /**
   * Inserts a block. One whose fate is unknown is sent again, to another replica if there is one, if it is recognized then: a
   * replicated table recognizes it by its content, others by the token.
   */
  async insert(
    table: string,
    columns: readonly NativeColumn[],
    block: NativeBlock,
    token: string,
    use: SnapshotUse,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const replica = this.#inOrder[0] as Replica;
      let mayRepeat = true;
      try {
        await replica.prepare();
        mayRepeat = this.replicas.length > 1 || (await replica.server.recognizes());
        await replica.server.insert(table, columns, block, token, use);
        return;
      } catch (error) {
        if (!isTemporary(error)) throw error;
        replica.failed();
        if (!mayRepeat || attempt >= ATTEMPTS) throw error;
        if (this.replicas.every(({ isAvoided }) => isAvoided)) await sleep(PAUSE);
      }
    }
  }

  /** Reads on a replica that has everything that was written before; on the next one when it fails. */
  async read<T>(use: SnapshotUse, work: (server: Clickhouse) => Promise<T>): Promise<T> {
    return this.#trying(use, async (replica) => {
      await replica.catchUp(use);
      return work(replica.server);
    });
  }

  /** Changes what all replicas have, by way of the one that may do that. */
  async change(work: (server: Clickhouse) => Promise<void>): Promise<void> {
    await this.#trying('background', async (replica) => {
      if (!(await replica.leads())) {
        throw new UserError('unavailable', `ClickHouse at ${replica.server.place} does not lead its shard`);
      }
      await work(replica.server);
    });
  }

  /** Resolves when a replica answers. */
  async check(): Promise<void> {
    // One that was down is to get its polls before it is needed.
    for (const replica of this.replicas) replica.prepare().catch(() => {});
    await this.#trying('request', ({ server }) => server.row('select 1 as one', 'request'));
  }

  async #trying<T>(use: SnapshotUse, work: (replica: Replica) => Promise<T>): Promise<T> {
    const [since, interrupts] = [elapsed(), this.#interrupts];
    for (;;) {
      const reasons: UserError[] = [];
      for (const replica of this.#inOrder) {
        try {
          await replica.prepare();
          return await work(replica);
        } catch (error) {
          if (!isTemporary(error) || interrupts !== this.#interrupts) throw error;
          replica.failed();
          reasons.push(error);
        }
      }
      const [first] = reasons as [UserError];
      if (this.number === undefined) throw first;
      if (use === 'request' || elapsed() - since > this.#patience) {
        throw new UserError(
          'unavailable',
          `no replica of shard ${this.number} can be used: ${reasons.map(({ message }) => message).join('; ')}`,
          { cause: first },
        );
      }
      await sleep(PAUSE);
    }
  }

  /** Those that failed a short time ago come last. */
  get #inOrder(): Replica[] {
    return [
      ...this.replicas.filter(({ isAvoided }) => !isAvoided),
      ...this.replicas.filter(({ isAvoided }) => isAvoided),
    ];
  }

  interrupt(): void {
    this.#interrupts++;
    for (const { server } of this.replicas) server.interrupt();
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ server }) => server.close()));
  }
}
