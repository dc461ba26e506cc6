import { randomBytes } from 'node:crypto';
import type { AccountCatalog } from '../storage/ports/account-catalog.ts';

const BYTES = 32;

/** Secrets that all servers on one database share. The first server that needs one creates it. */
export class ServerSecrets {
  readonly #catalog: AccountCatalog;
  readonly #known = new Map<string, Buffer>();

  constructor(catalog: AccountCatalog) {
    this.#catalog = catalog;
  }

  /** 32 bytes, always the same for a name. */
  async get(name: string): Promise<Buffer> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const value = (await this.#catalog.serverSecret(name)) ?? (await this.#make(name));
    const secret = Buffer.from(value, 'base64url');
    this.#known.set(name, secret);
    return secret;
  }

  #make(name: string): Promise<string> {
    return this.#catalog.changing(async (changes) => {
      const made = await changes.serverSecret(name);
      if (made !== undefined) return made;
      const value = randomBytes(BYTES).toString('base64url');
      await changes.addServerSecret(name, value);
      return value;
    });
  }
}
