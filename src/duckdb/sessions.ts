import type { Database } from './database.ts';
import type { Session } from './session.ts';

/** Idle sessions kept: opening one takes longer than a small query. */
const IDLE = 8;

/** A pool of sessions for short work that leaves behind no settings, and no temporary tables that the next would see. */
export class SessionPool {
  readonly #database: Database;
  readonly #idle: Session[] = [];

  constructor(database: Database) {
    this.#database = database;
    database.onEnd(() => this.close());
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await this.#database.session({ short: true }));
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      // It may still be in a transaction.
      session.close();
      throw error;
    }
    if (session.usable && this.#idle.length < IDLE) this.#idle.push(session);
    else session.close();
    return result;
  }

  /** Closes the idle ones. */
  close(): void {
    for (const session of this.#idle.splice(0)) session.close();
  }
}
