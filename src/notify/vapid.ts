import webPush from 'web-push';
import { UserError } from '../lib/errors.ts';
import type { AccountCatalog } from '../storage/ports/account-catalog.ts';
import type { VapidKeys } from './channel.ts';
import type { Sealer } from './sealer.ts';

/** The name of the secret that all servers on the database share. */
const NAME = 'vapid';

interface VapidParts {
  readonly catalog: AccountCatalog;
  readonly sealer: Sealer;
  /** Where people reach the dashboard. */
  readonly publicUrl: string | undefined;
}

/** The keys with which push services recognize this installation: created once, and kept sealed in the database. */
export class Vapid {
  readonly #parts: VapidParts;
  #keys: Omit<VapidKeys, 'subject'> | undefined;

  constructor(parts: VapidParts) {
    this.#parts = parts;
  }

  /** @throws UserError `conflict` without `SECRET_KEY`, or if the keys were sealed with another one */
  async keys(): Promise<VapidKeys> {
    this.#keys ??= await this.#load();
    return { ...this.#keys, subject: subjectOf(this.#parts.publicUrl) };
  }

  async #load(): Promise<Omit<VapidKeys, 'subject'>> {
    const { catalog, sealer } = this.#parts;
    const sealed =
      (await catalog.serverSecret(NAME)) ??
      (await catalog.changing(async (changes) => {
        const made = await changes.serverSecret(NAME);
        if (made !== undefined) return made;
        const value = sealer.seal(JSON.stringify(webPush.generateVAPIDKeys()), NAME);
        await changes.addServerSecret(NAME, value);
        return value;
      }));
    const text = sealer.unseal(sealed, NAME);
    if (text !== undefined) return JSON.parse(text);
    throw new UserError('conflict', 'the keys for push messages cannot be decrypted: SECRET_KEY has changed');
  }
}

/** Push services want a way to contact the operator: an `https:` or a `mailto:` URL. */
function subjectOf(publicUrl: string | undefined): string {
  if (publicUrl?.startsWith('https://')) return publicUrl;
  return `mailto:operator@${publicUrl === undefined ? 'localhost' : new URL(publicUrl).hostname}`;
}
