import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashOf } from './tokens.ts';

const PRODUCT = 'Restaurant Monitor';
/** What authenticator apps expect (RFC 6238). */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Clocks may differ by one step. */
const WINDOW = 1;
const RECOVERY_CODES = 10;

/** A secret for an authenticator app: 160 bits in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads, as a link or a QR code. */
export function totpUri(secret: string, login: string): string {
  return new TOTP({ ...FORM, issuer: PRODUCT, label: login, secret: Secret.fromBase32(secret) }).toString();
}

/**
 * The time step of a code.
 *
 * @param lastStep the step of the last code that was used: earlier codes and that one are worth nothing
 * @returns `undefined` when it is no code of this secret at this time
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

/** Codes that each let a user in once: 80 bits each, in four groups. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32.toLowerCase();
    return (text.match(/.{4}/g) ?? []).join('-');
  });
}

/** What is kept of a recovery code, however it is typed. */
export function recoveryHash(code: string): string {
  return hashOf(code.toLowerCase().replaceAll(/[^a-z2-7]/g, ''));
}
