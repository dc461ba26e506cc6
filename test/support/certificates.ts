import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate with its key, both in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  /** The host name of the certificate. */
  readonly host: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The signature algorithm. */
  readonly hash?: Hash;
}

type Hash = 'sha1' | 'sha256';

const DAY = 86_400_000;
const ECDSA_WITH = {
  sha1: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01)),
  sha256: sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)),
};

/** A certificate authority. */
export class Authority {
  readonly #name: string;
  readonly #key: KeyObject;
  readonly cert: string;

  constructor(name: string) {
    const { publicKey, privateKey } = newKeys();
    this.#name = name;
    this.#key = privateKey;
    const isAuthority = extension(oid(0x55, 0x1d, 0x13), sequence(der(0x01, Buffer.from([0xff]))));
    this.cert = signed({ issuer: name, subject: name, publicKey, key: privateKey, extension: isAuthority, ...lasting });
  }

  issue({ host, ...validity }: Subject): Certificate {
    const { publicKey, privateKey } = newKeys();
    const forHost = extension(oid(0x55, 0x1d, 0x11), sequence(der(0x82, Buffer.from(host))));
    const about = { issuer: this.#name, subject: host, publicKey, key: this.#key, extension: forHost };
    return {
      cert: signed({ ...about, ...lasting, ...validity }),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }
}

const lasting = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + DAY) };

interface Content {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** The key that signs it. */
  readonly key: KeyObject;
  readonly extension: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly hash?: Hash;
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** X.509 version 3 (RFC 5280), in PEM. */
function signed({ issuer, subject, publicKey, key, extension, notBefore, notAfter, hash = 'sha256' }: Content): string {
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1 + Math.floor(Math.random() * 126)])),
    ECDSA_WITH[hash],
    nameOf(issuer),
    sequence(utcTime(notBefore), utcTime(notAfter)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign(hash, content, key));
  const body =
    sequence(content, ECDSA_WITH[hash], signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...body, '-----END CERTIFICATE-----', ''].join('\n');
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)))));
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value));
}
