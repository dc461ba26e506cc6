import { isRole, ROLES } from '../accounts/access.ts';
import { OIDC_CALLBACK, type OidcSettings } from '../accounts/identity-provider.ts';
import { invalid } from '../lib/errors.ts';
import { isLoopback } from '../lib/networks.ts';
import { list } from '../lib/settings.ts';
import type { Role } from '../storage/ports/account-catalog.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const REQUIRED = ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL', 'OIDC_ROLES'] as const;
const OPTIONAL = ['OIDC_SCOPES', 'OIDC_ROLE_CLAIM', 'OIDC_LABEL'] as const;
const LONGEST_LABEL = 60;

/**
 * The identity provider; `undefined` without `OIDC_ISSUER`.
 *
 * @throws UserError `invalid_input` naming the variable and what was expected, never a secret
 */
export function loadOidcConfig(env: Environment): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer = '' } = env;
  if (issuer === '') {
    const alone = [...REQUIRED, ...OPTIONAL].find((name) => env[name]);
    if (alone === undefined) return undefined;
    throw invalid(`${alone} is set, but OIDC_ISSUER is not; expected both`);
  }
  const missing = REQUIRED.find((name) => !env[name]);
  if (missing !== undefined) throw invalid(`OIDC_ISSUER is set, but ${missing} is not; expected both`);
  const { OIDC_CLIENT_ID: clientId = '', OIDC_CLIENT_SECRET: clientSecret = '' } = env;
  return Object.freeze({
    issuer: issuerFrom(issuer),
    clientId,
    clientSecret,
    redirectUrl: redirectFrom(env.OIDC_REDIRECT_URL ?? ''),
    scopes: scopesFrom(env.OIDC_SCOPES || 'openid profile email'),
    roleClaim: env.OIDC_ROLE_CLAIM || 'groups',
    roles: rolesFrom(env.OIDC_ROLES ?? ''),
    label: labelFrom(env.OIDC_LABEL || 'single sign-on'),
  });
}

function issuerFrom(value: string): string {
  const url = urlFrom('OIDC_ISSUER', value);
  if (url.search === '' && url.hash === '') return value;
  throw invalid('OIDC_ISSUER has a query or a fragment, expected the exact issuer URL of the provider');
}

function redirectFrom(value: string): string {
  const url = urlFrom('OIDC_REDIRECT_URL', value);
  if (url.pathname === OIDC_CALLBACK && url.search === '' && url.hash === '') return value;
  throw invalid(`OIDC_REDIRECT_URL is "${value}", expected https://HOST${OIDC_CALLBACK}`);
}

/** Unencrypted traffic can be read and changed on the way, so http:// is allowed only on this machine. */
function urlFrom(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) throw invalid(`${name} is not a valid URL, expected https://…`);
  if (url.username !== '' || url.password !== '') throw invalid(`${name} has a user or password, expected none`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw invalid(`${name} is "${value}", expected https://…, or http:// on a loopback address`);
}

function scopesFrom(value: string): string {
  const scopes = value.split(/[\s,]+/).filter((scope) => scope !== '');
  if (scopes.includes('openid')) return scopes.join(' ');
  throw invalid(`OIDC_SCOPES is "${value}", expected scopes that include openid, such as "openid profile email"`);
}

function rolesFrom(value: string): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const part of list({ name: 'OIDC_ROLES', value })) {
    const [, group = '', role = ''] = /^(.+)=([^=]*)$/.exec(part) ?? [];
    const expected = `expected VALUE=ROLE with a role of ${ROLES.join(', ')}, such as ops=operator,admins=admin`;
    if (group === '' || !isRole(role)) throw invalid(`OIDC_ROLES has "${part}", ${expected}`);
    if (roles.has(group)) throw invalid(`OIDC_ROLES has "${group}" twice, expected one role per value`);
    roles.set(group, role);
  }
  if (roles.size > 0) return roles;
  throw invalid(`OIDC_ROLES is "${value}", expected VALUE=ROLE such as ops=operator,admins=admin`);
}

function labelFrom(value: string): string {
  if (value.length <= LONGEST_LABEL && /^[^\p{C}]+$/u.test(value)) return value;
  throw invalid(`OIDC_LABEL has ${value.length} characters, expected 1 to ${LONGEST_LABEL} on one line`);
}
