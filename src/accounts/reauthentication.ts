import { UserError } from '../lib/errors.ts';
import type { Role } from '../storage/ports/account-catalog.ts';
import type { Actor } from './audit.ts';

/** How long after a reauthentication a session can change access, in milliseconds. */
export const PROOF_LIFETIME = 10 * 60_000;

/**
 * Guards changes of access: roles, passwords, keys and second factors. They require a session whose user proved its
 * identity in the last ten minutes; a stolen key or an unattended browser is not enough.
 *
 * @throws UserError `forbidden` for a key; `reauthentication_required`
 */
export function requireRecentProof({ proof }: Actor, now: number): void {
  if (proof === 'trusted' || proof === 'open') return;
  if (proof === 'key') throw beyondKeys('change roles, logins, passwords, keys or second factors');
  if (now - proof < PROOF_LIFETIME) return;
  throw new UserError('reauthentication_required', 'confirm your identity first: you last did over 10 minutes ago');
}

/**
 * Prevents API keys from changing admins.
 *
 * @throws UserError `forbidden` for a key if `role` is admin
 */
export function refuseKeyOnAdmin({ proof }: Actor, role: Role): void {
  if (proof === 'key' && role === 'admin') throw beyondKeys('add or change admins');
}

function beyondKeys(what: string): UserError {
  return new UserError('forbidden', `an API key cannot ${what}; use a browser session`);
}
