import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServerSecrets } from './secrets.ts';

/** How many logins are remembered per browser; the oldest are dropped. */
const LOGINS_EACH = 5;
const FORM = /^([\w-]{22})((?:~[\w-]{43}){1,5})$/;

/**
 * Recognizes browsers in which a login has signed in before. A cookie holds a random browser ID and one signature per
 * login (OWASP device cookies). It does not grant access; it only gives the browser a throttle of its own.
 */
export class Devices {
  readonly #secrets: ServerSecrets;

  constructor(secrets: ServerSecrets) {
    this.#secrets = secrets;
  }

  /** The browser ID; `undefined` if the login never signed in there or the cookie is not valid. */
  async idFor(cookie: string | undefined, login: string): Promise<string | undefined> {
    const parsed = parse(cookie);
    if (parsed === undefined) return undefined;
    const expected = Buffer.from(await this.#sign(parsed.id, login));
    const known = parsed.signatures.some((signature) => timingSafeEqual(Buffer.from(signature), expected));
    return known ? parsed.id : undefined;
  }

  /** The cookie for a browser in which a login has just signed in. */
  async remember(cookie: string | undefined, login: string): Promise<string> {
    const { id, signatures } = parse(cookie) ?? { id: randomBytes(16).toString('base64url'), signatures: [] };
    const signature = await this.#sign(id, login);
    const others = signatures.filter((one) => one !== signature).slice(0, LOGINS_EACH - 1);
    return [id, signature, ...others].join('~');
  }

  async #sign(id: string, login: string): Promise<string> {
    const key = await this.#secrets.get('cookies');
    return createHmac('sha256', key).update(`device\n${id}\n${login}`).digest('base64url');
  }
}

function parse(cookie: string | undefined): { id: string; signatures: string[] } | undefined {
  const [, id, signatures] = FORM.exec(cookie ?? '') ?? [];
  return id === undefined ? undefined : { id, signatures: (signatures ?? '').slice(1).split('~') };
}
