import { signal } from '@preact/signals';
import { ApiError, client } from '../../api/client.ts';
import type { Me } from '../../api/schema.ts';

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

/** @throws ApiError when login or password are wrong, or there were too many attempts */
export async function signIn(login: string, password: string): Promise<void> {
  session.value = { kind: 'somebody', me: await call('POST /api/v1/session', { body: { login, password } }) };
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
