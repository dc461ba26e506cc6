import { canSee, canWriteStores, type Principal } from '../../accounts/access.ts';
import type { MergeCounts } from '../../storage/ports/import-session.ts';
import type { StoredPoll } from '../../storage/ports/snapshot.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { StoreDirectory, StoreEntry } from '../../stores/directory.ts';
import type { StoreService } from '../../stores/service.ts';
import type { PollAppender } from './appender.ts';
import { type PollBudgets, PollRows } from './rows.ts';

export interface PollServiceParts {
  readonly storage: Storage;
  readonly appender: Pick<PollAppender, 'append'>;
  readonly directory: StoreDirectory;
  readonly stores: StoreService;
  readonly budgets: PollBudgets;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Whether the clock can be relied on. */
  readonly trusted: () => boolean;
  /** Called with the number of good polls, whether they were new or not. */
  readonly onReceived: (polls: number) => void;
}

export class PollService {
  readonly #storage: Storage;
  readonly #directory: StoreDirectory;
  readonly #stores: StoreService;
  readonly #budgets: PollBudgets;
  readonly #now: () => number;
  readonly #trusted: () => boolean;
  readonly #onReceived: (polls: number) => void;
  readonly #appender: Pick<PollAppender, 'append'>;

  constructor({ storage, appender, directory, stores, budgets, now, trusted, onReceived }: PollServiceParts) {
    this.#storage = storage;
    this.#directory = directory;
    this.#stores = stores;
    this.#budgets = budgets;
    this.#now = now;
    this.#trusted = trusted;
    this.#onReceived = onReceived;
    this.#appender = appender;
  }

  /** An empty collection for the polls of a request. */
  async rowsFor(principal: Principal): Promise<PollRows> {
    const { byId } = await this.#directory.current();
    const stores = {
      count: byId.size,
      mayAdd: canWriteStores(principal),
      knows: (storeId: string) => byId.has(storeId),
      sees: (storeId: string) => canSee(principal, storeId),
    };
    return new PollRows(this.#now(), stores, this.#budgets, this.#trusted());
  }

  /**
   * Stores polls and creates the stores that they name; sending them again changes nothing.
   *
   * @param signal as for `PollAppender.append`
   */
  async append({ batch }: PollRows, signal?: AbortSignal): Promise<MergeCounts> {
    const counts = await this.#appender.append(batch, signal);
    this.#onReceived(batch.ids.length);
    if (!batch.ids.every((id) => this.#directory.knows(id))) this.#directory.changed();
    return counts;
  }

  /**
   * The last polls of a store in `[from, to)`, newest first.
   *
   * @throws UserError `not_found`
   */
  async list(
    principal: Principal,
    storeId: string,
    range: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<{ store: StoreEntry; polls: StoredPoll[] }> {
    const store = await this.#stores.find(principal, storeId);
    const { from, to, limit } = range;
    return { store, polls: await this.#storage.snapshot((s) => s.lastPolls(store.key, from, to - 1, limit)) };
  }
}
