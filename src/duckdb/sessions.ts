import type { Database } from './database.ts';
import type { Session } from './session.ts';

/** So many idle sessions are kept: opening one takes longer than a small question. */
const IDLE = 8;

/** Sessions for short pieces of work that leave nothing behind in them: no temporary tables, no settings. */
export class Sessions {
  readonly #database: Database;
  readonly #idle: Session[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await this.#database.session());
    let result: T;
    try {
      result = await work(session);
    } catch (error) {
      // Nobody knows in what state it is.
      session.close();
      throw error;
    }
    if (this.#idle.length < IDLE) this.#idle.push(session);
    else session.close();
    return result;
  }

  close(): void {
    for (const session of this.#idle.splice(0)) session.close();
  }
}
