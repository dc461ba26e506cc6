import { createHash, randomBytes } from 'node:crypto';

/** 256 bits cannot be guessed, so a fast hash is safe to store. */
const BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const KEY_MARK = 'rmk_';
/** How many characters of a key lists show: enough to tell keys apart. */
const PREFIX_LENGTH = KEY_MARK.length + 6;

/** Creates a token for a browser. */
export function newSessionToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Creates a key for a program. The prefix lets secret scanners recognize leaked keys. */
export function newApiKey(): string {
  return `${KEY_MARK}${newSessionToken()}`;
}

export function isSessionToken(text: string): boolean {
  return SECRET.test(text);
}

export function isApiKey(text: string): boolean {
  return text.startsWith(KEY_MARK) && SECRET.test(text.slice(KEY_MARK.length));
}

/** The visible prefix of a key. */
export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_LENGTH);
}

/** The stored form of a token or key: its SHA-256 in hexadecimal. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
