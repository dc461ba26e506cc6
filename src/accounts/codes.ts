import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { sha256 } from './tokens.ts';

const PRODUCT = 'Restaurant Monitor';
/** The parameters that authenticator apps expect (RFC 6238). */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Clocks can differ by one step. */
const WINDOW = 1;
const RECOVERY_CODES = 10;

/** Creates a secret for an authenticator app: 160 bits in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The link or QR code content that an authenticator app reads. */
export function totpUri(secret: string, login: string): string {
  return new TOTP({ ...FORM, issuer: PRODUCT, label: login, secret: Secret.fromBase32(secret) }).toString();
}

/**
 * Returns the time step of a code.
 *
 * @param lastStep the step of the last accepted code; codes up to and including it are rejected
 * @returns `undefined` if the code does not match the secret at this time
 */
export function totpStep(secret: string, code: string, now: number, lastStep: number): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const given = { token, secret: Secret.fromBase32(secret), ...FORM, timestamp: now, window: WINDOW };
  const delta = TOTP.validate(given);
  if (delta === null) return undefined;
  const step = Math.floor(now / (FORM.period * 1_000)) + delta;
  return step > lastStep ? step : undefined;
}

/** Creates one-time recovery codes: 80 bits each, in four groups. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32.toLowerCase();
    return (text.match(/.{4}/g) ?? []).join('-');
  });
}

/** The stored form of a recovery code; case and separators do not matter. */
export function recoveryHash(code: string): string {
  return sha256(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''));
}
