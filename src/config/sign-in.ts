import type { OidcSettings } from '../accounts/identity-provider.ts';
import { invalid } from '../lib/errors.ts';
import { loadOidcConfig } from './oidc.ts';

export interface SignInConfig {
  /** Encrypts the secrets of authenticator apps in the database; `undefined`: they are stored in plain text. */
  readonly secretKey: string | undefined;
  /** The identity provider; `undefined`: none. */
  readonly oidc?: OidcSettings | undefined;
}

const SHORTEST_KEY = 32;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError `invalid_input` naming the variable and what was expected, never a secret */
export function loadSignInConfig(env: Environment): SignInConfig {
  return Object.freeze({ secretKey: secretKeyFrom(env.SECRET_KEY ?? ''), oidc: loadOidcConfig(env) });
}

function secretKeyFrom(value: string): string | undefined {
  if (value === '') return undefined;
  if (value.length >= SHORTEST_KEY) return value;
  throw invalid(
    `SECRET_KEY has ${value.length} characters, expected at least ${SHORTEST_KEY} random characters: openssl rand -base64 32`,
  );
}
