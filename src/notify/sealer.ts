import { keyFor, seal, unseal } from '../accounts/seal.ts';
import { UserError } from '../lib/errors.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { Channel } from './channel.ts';
import type { Template } from './messages/templates.ts';

type Settings = Readonly<Record<string, unknown>>;

/** The open settings of a contact point, as the database keeps them. */
export interface StoredSettings extends Settings {
  /** Those of the channel that are not secret. */
  readonly values: Settings;
  /** Where messages go, without secrets. */
  readonly target: string;
  /** The texts of its messages; `undefined`: the usual ones. */
  readonly template?: Partial<Template> | undefined;
}

/** Encrypts the secret settings of contact points with a key that is not in the database. */
export class Sealer {
  readonly #key: Buffer | undefined;

  /** @param secretKey `SECRET_KEY`; `undefined`: it is not set, and nothing secret can be stored */
  constructor(secretKey: string | undefined) {
    this.#key = secretKey === undefined ? undefined : keyFor(secretKey, 'contact points');
  }

  /** @throws UserError `conflict` without a key */
  seal(text: string, bound: string): string {
    if (this.#key !== undefined) return seal(this.#key, text, bound);
    throw new UserError(
      'conflict',
      'this channel has secrets, which are stored only encrypted: set SECRET_KEY on the server first',
    );
  }

  /** `undefined`: it was sealed with another key, or changed. */
  unseal(sealed: string, bound: string): string | undefined {
    return this.#key && unseal(this.#key, sealed, bound);
  }

  /**
   * Divides the settings of a contact point into those that everyone who sees it may see, and the sealed others.
   *
   * @throws UserError `conflict` without a key
   */
  divide({ secretFields }: Channel, id: string, settings: Settings): { open: Settings; secrets: string | undefined } {
    const isSecret = ([name]: [string, unknown]) => (secretFields as readonly string[]).includes(name);
    const all = Object.entries(settings);
    const secret = all.filter(isSecret);
    return {
      open: Object.fromEntries(all.filter((entry) => !isSecret(entry))),
      secrets: secret.length === 0 ? undefined : this.seal(JSON.stringify(Object.fromEntries(secret)), id),
    };
  }

  /** All settings of its channel; `undefined`: the secret ones cannot be decrypted. */
  settingsOf({ id, settings, secrets }: Pick<ContactPointRecord, 'id' | 'settings' | 'secrets'>): Settings | undefined {
    const { values } = settings as StoredSettings;
    if (secrets === undefined) return values;
    const text = this.unseal(secrets, id);
    return text === undefined ? undefined : { ...values, ...(JSON.parse(text) as Settings) };
  }
}

/** A text without the secret settings that it may quote: receivers often repeat the path that was requested. */
export function redacted(text: string, { secretFields }: Channel, settings: Settings): string {
  const secrets = (secretFields as readonly string[]).flatMap((name) => spellingsOf(settings[name]));
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}

/** A secret and, of a URL, its path, longest first. */
function spellingsOf(secret: unknown): string[] {
  if (typeof secret !== 'string') return [];
  if (!URL.canParse(secret)) return [secret];
  const { pathname, search } = new URL(secret);
  return [secret, `${pathname}${search}`, pathname].filter((part) => part.length > 1);
}
