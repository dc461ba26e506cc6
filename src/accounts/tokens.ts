import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses one, so a fast hash of it is safe to keep. */
const BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const KEY_MARK = 'rmk_';
/** Characters of a key that lists show: enough to tell keys apart. */
const PREFIX_LENGTH = KEY_MARK.length + 6;

/** What a browser holds. */
export function newSessionToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** What a program holds; the mark lets scanners of source code recognise one that got lost. */
export function newApiKey(): string {
  return `${KEY_MARK}${newSessionToken()}`;
}

export function isSessionToken(text: string): boolean {
  return SECRET.test(text);
}

export function isApiKey(text: string): boolean {
  return text.startsWith(KEY_MARK) && SECRET.test(text.slice(KEY_MARK.length));
}

/** How a key begins. */
export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_LENGTH);
}

/** What is kept of a token or key: its SHA-256 in hexadecimal. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
