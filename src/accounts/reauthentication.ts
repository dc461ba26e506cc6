import { UserError } from '../lib/errors.ts';
import type { Role } from '../storage/ports/account-catalog.ts';
import type { Actor } from './audit.ts';

/** For so long after a user proved who it is, its session may change what people can do, milliseconds. */
export const PROOF_LIFETIME = 10 * 60_000;

/**
 * Guards what gives or takes people's power: roles, passwords, keys and second factors. It takes a session whose user
 * proved who it is in the last ten minutes; a stolen key or an unattended browser is not enough.
 *
 * @throws UserError `forbidden` for a key; `reauthentication_required`
 */
export function requireRecentProof({ proof }: Actor, now: number): void {
  if (proof === 'trusted') return;
  if (proof === 'key') throw beyondKeys('change roles, logins, passwords, keys or second factors');
  if (now - proof < PROOF_LIFETIME) return;
  throw new UserError('reauthentication_required', 'confirm who you are first: the last time was over 10 minutes ago');
}

/**
 * Guards what an API key may do to users who are no admins.
 *
 * @throws UserError `forbidden` for a key when `role` is admin
 */
export function refuseKeyOnAdmin({ proof }: Actor, role: Role): void {
  if (proof === 'key' && role === 'admin') throw beyondKeys('add or change admins');
}

function beyondKeys(what: string): UserError {
  return new UserError('forbidden', `an API key cannot ${what}; use a browser session`);
}
