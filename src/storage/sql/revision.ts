import type { Sql } from '../../sql.ts';

/** What a transaction has changed so far. */
export class Changes {
  #any = false;
  #stores = false;

  /** Polls have changed. */
  polls(): void {
    this.#any = true;
  }

  /** Stores, their hours, special hours or zones have changed. */
  stores(): void {
    this.#any = true;
    this.#stores = true;
  }

  /** Counts the transaction in the revision, if it changed anything. To be called once, before the commit. */
  async count(sql: Sql): Promise<void> {
    if (!this.#any) return;
    await sql.run(`update revision set number = number + 1${this.#stores ? ', stores = stores + 1' : ''}`);
  }
}
