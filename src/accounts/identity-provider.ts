import type * as openid from 'openid-client';
import { UserError } from '../lib/errors.ts';
import type { Role } from '../storage/ports/account-catalog.ts';
import { isText } from './fields.ts';

/** The route to which the provider redirects browsers. */
export const OIDC_CALLBACK = '/api/v1/session/oidc/callback';

/** An OpenID Connect provider and the meaning of its claims. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The callback URL as browsers reach it. */
  readonly redirectUrl: string;
  /** Space-separated, including `openid`. */
  readonly scopes: string;
  /** The claim that decides the role: a name, or a path such as `realm_access.roles`. */
  readonly roleClaim: string;
  /** The role for each value of the claim. */
  readonly roles: ReadonlyMap<string, Role>;
  /** The name of the provider on the sign-in page. */
  readonly label: string;
}

/** Why a sign-in with the provider was rejected. */
export type OidcReason =
  /** It took too long, was already completed, or began in another browser. */
  | 'expired'
  /** The provider denied it, or its response failed a check. */
  | 'refused'
  /** No value of the role claim maps to a role, or the user is disabled. */
  | 'no_access'
  /** The user who confirmed is not the one who is signed in. */
  | 'other_user';

export class OidcRefusal extends Error {
  readonly reason: OidcReason;
  readonly userId: string | undefined;

  constructor(reason: OidcReason, options: ErrorOptions & { readonly userId?: string } = {}) {
    super(`sign-in with the identity provider was refused: ${reason}`, options);
    this.name = 'OidcRefusal';
    this.reason = reason;
    this.userId = options.userId;
  }
}

/** Ties the provider's response to the request. Each value is random and used once. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  /** PKCE. */
  readonly verifier: string;
}

/** The user that the provider identified. */
export interface Identity {
  readonly issuer: string;
  /** Unique and permanent for the issuer. */
  readonly subject: string;
  /** Candidate logins, best first. Neither unique nor trusted. */
  readonly logins: readonly string[];
  readonly name: string | undefined;
  /** The values of the role claim. */
  readonly groups: readonly string[];
  /** When the user signed in at the provider, in milliseconds; `undefined` if the provider does not say. */
  readonly authenticatedAt: number | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Timeout of each request to the provider, in seconds. */
const TIMEOUT = 10;
/** How long the provider's metadata is cached, in milliseconds. */
const METADATA_FOR = 60 * 60_000;
/** Suggested delay before a retry when the provider does not respond, in seconds. */
const RETRY_AFTER = 30;
const LONGEST_SUBJECT = 255;

/** The library, which only an installation with a provider loads. */
type Library = typeof openid;
const library = (): Promise<Library> => import('openid-client');

/** Client of the provider: authorization code flow with PKCE, state and nonce. */
export class IdentityProvider {
  readonly settings: OidcSettings;
  readonly #now: () => number;
  #found: { readonly at: number; readonly answer: Promise<openid.Configuration> } | undefined;

  constructor(settings: OidcSettings, now: () => number) {
    this.settings = settings;
    this.#now = now;
  }

  async newChecks(): Promise<OidcChecks> {
    const client = await library();
    return {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
  }

  /**
   * Returns the URL to which to redirect the browser.
   *
   * @param afresh require a new sign-in even if the provider has a session
   * @throws UserError `unavailable`
   */
  async authorizationUrl({ state, nonce, verifier }: OidcChecks, afresh: boolean): Promise<string> {
    const { redirectUrl, scopes } = this.settings;
    const client = await library();
    const url = client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUrl,
      scope: scopes,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(afresh && { prompt: 'login', max_age: '0' }),
    });
    return url.href;
  }

  /**
   * Exchanges the code of the callback and checks the response: state, issuer, signature, audience, nonce and expiry.
   *
   * @throws OidcRefusal `refused`; UserError `unavailable`
   */
  async redeem(parameters: URLSearchParams, { state, nonce, verifier }: OidcChecks): Promise<Identity> {
    const client = await library();
    const configuration = await this.#configuration();
    const url = new URL(this.settings.redirectUrl);
    url.search = parameters.toString();
    try {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(configuration, url, checks);
      const claims: Claims = { ...tokens.claims() };
      const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
      // Many providers leave user attributes out of the ID token. The subject must be the same.
      const more = endpoint && (await client.fetchUserInfo(configuration, tokens.access_token, String(claims.sub)));
      return this.#identityFrom({ ...more, ...claims });
    } catch (error) {
      if (isOutage(error, client)) throw away(error);
      throw new OidcRefusal('refused', { cause: error });
    }
  }

  #identityFrom(claims: Claims): Identity {
    const { iss, sub, auth_time: authTime, preferred_username: username, email, email_verified: verified } = claims;
    if (!isText(iss) || !isText(sub) || sub.length > LONGEST_SUBJECT) throw new OidcRefusal('refused');
    return {
      issuer: iss,
      subject: sub,
      logins: [username, verified === true ? email : undefined].filter(isText),
      name: isText(claims.name) ? claims.name : undefined,
      groups: [claimAt(claims, this.settings.roleClaim)].flat().filter(isText),
      authenticatedAt: typeof authTime === 'number' ? authTime * 1_000 : undefined,
    };
  }

  /** @throws UserError `unavailable` */
  async #configuration(): Promise<openid.Configuration> {
    const now = this.#now();
    const known = this.#found;
    if (known !== undefined && known.at <= now && now < known.at + METADATA_FOR) return known.answer;
    const found = { at: now, answer: this.#discover() };
    this.#found = found;
    try {
      return await found.answer;
    } catch (error) {
      if (this.#found === found) this.#found = undefined;
      throw error;
    }
  }

  async #discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const server = new URL(issuer);
    const client = await library();
    const insecure = server.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    try {
      const found = await client.discovery(server, clientId, {}, authenticationBy(clientSecret, client), {
        execute: [client.enableNonRepudiationChecks, ...insecure],
        timeout: TIMEOUT,
      });
      // For some multi-tenant services the library accepts another issuer, which would admit users of any tenant.
      if (new URL(found.serverMetadata().issuer).href === server.href) return found;
    } catch (error) {
      throw away(error);
    }
    throw away(new Error('the issuer of the provider differs from OIDC_ISSUER'));
  }
}

/** HTTP Basic, which every provider must support, unless the metadata excludes it. */
function authenticationBy(secret: string, client: Library): openid.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

/** Looks up a claim by its name, or by a dotted path. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, key) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return inside ? (value as Claims)[key] : undefined;
  }, claims);
}

const OUTAGES = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** Whether the provider did not respond, as opposed to denying the request. */
function isOutage(error: unknown, client: Library): boolean {
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  // `fetch` throws it when there is no connection.
  if (error instanceof TypeError) return true;
  return error instanceof client.ClientError && OUTAGES.has(error.code ?? '');
}

function away(cause: unknown): UserError {
  const message = 'the identity provider is not responding; try again later or sign in another way';
  return new UserError('unavailable', message, { cause, retryAfter: RETRY_AFTER });
}
