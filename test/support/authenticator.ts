import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** Flags of authenticator data: user present, user verified, and a new credential included. */
const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

interface Challenge {
  readonly options: Readonly<Record<string, unknown>>;
  readonly ticket: string;
}

/** Differences from a valid response. */
export interface Lie {
  readonly origin?: string;
  readonly host?: string;
  readonly challenge?: string;
  readonly unverified?: boolean;
  readonly counter?: number;
}

/** An authenticator in software with one passkey (ES256). */
export class Authenticator {
  readonly id = randomBytes(16).toString('base64url');
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #origin: string;
  readonly #host: string;
  #counter = 0;

  /** @param origin where the browser is, such as `http://localhost:5000` */
  constructor(origin: string) {
    this.#origin = origin;
    this.#host = new URL(origin).hostname;
  }

  /** Creates the passkey. */
  create({ options, ticket }: Challenge, lie: Lie = {}) {
    const attestationObject = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(this.#data(lie, true))],
      ]) as Parameters<typeof isoCBOR.encode>[0],
    );
    return this.#answer(ticket, {
      clientDataJSON: this.#client('webauthn.create', options, lie).toString('base64url'),
      attestationObject: Buffer.from(attestationObject).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** Answers a challenge with the passkey. */
  get({ options, ticket }: Challenge, lie: Lie = {}) {
    this.#counter++;
    const data = this.#data(lie, false);
    const client = this.#client('webauthn.get', options, lie);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return this.#answer(ticket, {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
    });
  }

  #answer(ticket: string, response: Readonly<Record<string, unknown>>) {
    return {
      ticket,
      response: { id: this.id, rawId: this.id, type: 'public-key', response, clientExtensionResults: {} },
    };
  }

  #client(type: string, options: Challenge['options'], { origin = this.#origin, challenge }: Lie): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge: challenge ?? options.challenge, origin, crossOrigin: false }));
  }

  #data({ host = this.#host, unverified = false, counter = this.#counter }: Lie, attested: boolean): Buffer {
    const head = Buffer.alloc(5);
    head[0] = PRESENT | (unverified ? 0 : VERIFIED) | (attested ? ATTESTED : 0);
    head.writeUInt32BE(counter, 1);
    const place = createHash('sha256').update(host).digest();
    if (!attested) return Buffer.concat([place, head]);
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    return Buffer.concat([place, head, Buffer.alloc(16), length, id, this.#publicKey()]);
  }

  /** COSE: an elliptic curve key, ES256, P-256. */
  #publicKey(): Buffer {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    return Buffer.from(isoCBOR.encode(key as Parameters<typeof isoCBOR.encode>[0]));
  }
}
