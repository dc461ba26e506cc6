import { signal } from '@preact/signals';
import { ApiError, client } from '../../api/client.ts';
import type { Me } from '../../api/schema.ts';
import { usePasskey } from '../lib/passkeys.ts';
import { hasUnsaved } from './unsaved.ts';

/**
 * The session: loading, signed out, unreachable, or signed in. One that has `ended` while a form had unsaved changes keeps
 * its page until the user has signed in again.
 */
export type Session =
  | { readonly kind: 'loading' }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'unreachable'; readonly error: unknown }
  | { readonly kind: 'signed-in'; readonly me: Me; readonly ended?: boolean };

export const session = signal<Session>({ kind: 'loading' });

const { call } = client();
const RETRY = 3_000;

export async function readSession(): Promise<void> {
  try {
    session.value = { kind: 'signed-in', me: await call('GET /api/v1/session') };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      const { value } = session;
      session.value = value.kind === 'signed-in' && hasUnsaved() ? { ...value, ended: true } : { kind: 'signed-out' };
      return;
    }
    session.value = { kind: 'unreachable', error };
    setTimeout(readSession, RETRY);
  }
}

/** @throws ApiError if the credentials are wrong, a code is required, or there were too many attempts */
export async function signIn(login: string, password: string, code?: string): Promise<void> {
  session.value = { kind: 'signed-in', me: await call('POST /api/v1/session', { body: { login, password, code } }) };
}

/** @throws ApiError if the passkey is unknown; Error if the user cancels */
export async function signInWithPasskey(): Promise<void> {
  const body = await usePasskey(await call('POST /api/v1/session/passkey-options'));
  session.value = { kind: 'signed-in', me: await call('POST /api/v1/session/passkey', { body }) };
}

export async function signOut(): Promise<void> {
  await call('DELETE /api/v1/session');
  signedOut();
}

export function signedOut(): void {
  session.value = { kind: 'signed-out' };
}

export type Scope = Me['scopes'][number];

/** Whether the user has a scope. For display only: the server enforces it. */
export function may(scope: Scope): boolean {
  const { value } = session;
  return value.kind === 'signed-in' && value.me.scopes.includes(scope);
}

export function isOwner(): boolean {
  const { value } = session;
  return value.kind === 'signed-in' && value.me.user?.role === 'owner';
}

/** Whether the user is an admin, or there are no users. For display only, likewise. */
export function isAdmin(): boolean {
  const { value } = session;
  return value.kind === 'signed-in' && (value.me.user === null || value.me.user.role === 'admin');
}

/** Whether the user may create, update and delete stores. For display only, likewise. */
export function canManageStores(): boolean {
  return may('stores:write') && !isOwner();
}
