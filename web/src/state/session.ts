import { signal } from '@preact/signals';
import { ApiError, client } from '../../api/client.ts';
import type { Me } from '../../api/schema.ts';
import { usePasskey } from '../lib/passkeys.ts';

/** Who one is: not known yet, nobody, or somebody. */
export type Session =
  | { readonly kind: 'asking' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'away'; readonly error: unknown }
  | { readonly kind: 'somebody'; readonly me: Me };

export const session = signal<Session>({ kind: 'asking' });

const { call } = client();
const RETRY = 3_000;

export async function readSession(): Promise<void> {
  try {
    session.value = { kind: 'somebody', me: await call('GET /api/v1/session') };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      session.value = { kind: 'nobody' };
      return;
    }
    session.value = { kind: 'away', error };
    setTimeout(readSession, RETRY);
  }
}

/** @throws ApiError when something is wrong, a code is needed, or there were too many attempts */
export async function signIn(login: string, password: string, code?: string): Promise<void> {
  session.value = { kind: 'somebody', me: await call('POST /api/v1/session', { body: { login, password, code } }) };
}

/** @throws ApiError when the passkey is not known; Error when its user does not want to */
export async function signInWithPasskey(): Promise<void> {
  const body = await usePasskey(await call('POST /api/v1/session/passkey-options'));
  session.value = { kind: 'somebody', me: await call('POST /api/v1/session/passkey', { body }) };
}

export async function signOut(): Promise<void> {
  await call('DELETE /api/v1/session');
  signedOut();
}

export function signedOut(): void {
  session.value = { kind: 'nobody' };
}

type Scope = Me['scopes'][number];

/** Whether one may do something; the server decides in the end. */
export function may(scope: Scope): boolean {
  const { value } = session;
  return value.kind === 'somebody' && value.me.scopes.includes(scope);
}

export function isOwner(): boolean {
  const { value } = session;
  return value.kind === 'somebody' && value.me.user?.role === 'owner';
}
