import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { invalid, UserError } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges } from '../storage/ports/account-catalog.ts';
import type { NewPasskey, PasskeyRecord } from '../storage/ports/factors.ts';
import type { Actor } from './audit.ts';
import { nameFrom } from './fields.ts';
import type { LastAdmin } from './last-admin.ts';
import type { PrincipalCache } from './principals.ts';
import { requireRecentProof } from './reauthentication.ts';
import type { SecondFactors } from './second-factors.ts';
import type { Tickets } from './tickets.ts';
import { foundUser } from './users.ts';

/** The library is loaded for the first passkey, since it takes about as long as the rest of the server. */
const webAuthn = () => import('@simplewebauthn/server');

/** The most passkeys per user. */
const PASSKEYS_EACH = 20;

/** This server as browsers see it (WebAuthn); a passkey is tied to its host name. */
export interface RelyingParty {
  /** Such as `https://monitor.example.com`. */
  readonly origin: string;
  /** Such as `monitor.example.com`. */
  readonly host: string;
}

export interface Challenge<Options> {
  /** Options for the browser. */
  readonly options: Options;
  /** To send back together with the browser's response. */
  readonly ticket: string;
}

export interface Answer<Response> {
  readonly relyingParty: RelyingParty;
  readonly ticket: string;
  readonly response: Response;
}

interface PasskeysParts {
  readonly catalog: AccountCatalog;
  readonly tickets: Tickets;
  readonly factors: SecondFactors;
  readonly principals: PrincipalCache;
  readonly lastAdmin: LastAdmin;
  readonly now: () => number;
}

/** Passkeys, which count as two factors because the authenticator verifies its user. */
export class Passkeys {
  readonly #catalog: AccountCatalog;
  readonly #tickets: Tickets;
  readonly #factors: SecondFactors;
  readonly #principals: PrincipalCache;
  readonly #lastAdmin: LastAdmin;
  readonly #now: () => number;

  constructor({ catalog, tickets, factors, principals, lastAdmin, now }: PasskeysParts) {
    this.#catalog = catalog;
    this.#tickets = tickets;
    this.#factors = factors;
    this.#principals = principals;
    this.#lastAdmin = lastAdmin;
    this.#now = now;
  }

  /** Starts the registration of a passkey. @throws UserError `forbidden`, `reauthentication_required` */
  async beginAdding(
    actor: Actor,
    userId: string,
    relyingParty: RelyingParty,
  ): Promise<Challenge<PublicKeyCredentialCreationOptionsJSON>> {
    requireRecentProof(actor, this.#now());
    const { login, name } = await foundUser(this.#catalog, userId);
    const known = await this.#catalog.factors.passkeysOf(userId);
    const { generateRegistrationOptions } = await webAuthn();
    const options = await generateRegistrationOptions({
      rpName: 'Restaurant Monitor',
      rpID: relyingParty.host,
      userName: login,
      userDisplayName: name,
      userID: new TextEncoder().encode(userId),
      excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return { options, ticket: await this.#tickets.issue(`add passkey ${userId}`, options.challenge) };
  }

  /**
   * Adds a passkey that the browser created.
   *
   * @returns recovery codes if this is the first factor; they are returned only once
   * @throws UserError `invalid_input` if the response does not match the challenge; `conflict` beyond 20 passkeys;
   * `forbidden`, `reauthentication_required`
   */
  async add(actor: Actor, userId: string, givenName: string, answer: Answer<RegistrationResponseJSON>) {
    requireRecentProof(actor, this.#now());
    const added = await this.verifyNew(userId, givenName, answer);
    const codes = await this.#catalog.changing((changes) => this.addWithin(changes, actor, added));
    this.#principals.clear();
    return codes;
  }

  /**
   * Checks a passkey that the browser created. Nothing is stored or used up until `addWithin`.
   *
   * @throws UserError `invalid_input`, `unauthorized`
   */
  async verifyNew(
    userId: string,
    givenName: string,
    answer: Answer<RegistrationResponseJSON>,
  ): Promise<VerifiedPasskey> {
    const name = nameFrom(givenName);
    const { relyingParty, ticket, response } = answer;
    const challenge = await this.#tickets.read<string>(`add passkey ${userId}`, ticket);
    if (challenge === undefined) throw expired();
    const { verifyRegistrationResponse } = await webAuthn();
    const verified = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.host,
    }).catch(() => undefined);
    if (!verified?.verified) throw invalid('the passkey does not match the challenge for this site', 'response');
    const { credential } = verified.registrationInfo;
    const passkey = {
      id: credential.id,
      userId,
      name,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      createdAt: this.#now(),
    };
    return { passkey, ticket };
  }

  /**
   * Like `add`, in the caller's transaction. The caller clears the principal cache afterwards.
   *
   * @throws UserError `conflict`, `unauthorized`
   */
  async addWithin(
    changes: AccountChanges,
    actor: Actor,
    { passkey, ticket }: VerifiedPasskey,
  ): Promise<string[] | undefined> {
    const { factors } = changes;
    const { id, userId, name } = passkey;
    if (!(await this.#tickets.spend(factors, ticket))) throw expired();
    if ((await factors.passkeysOf(userId)).length >= PASSKEYS_EACH) {
      throw new UserError('conflict', `you already have ${PASSKEYS_EACH} passkeys; remove one first`);
    }
    if ((await factors.passkey(id)) !== undefined) {
      throw new UserError('conflict', 'this passkey is already registered');
    }
    const codes = await this.#factors.codesForFirst(changes, userId);
    await factors.addPasskey(passkey);
    await this.#factors.note(changes, actor, 'user.second_factor_added', userId, { factor: 'passkey', name });
    return codes;
  }

  /**
   * @throws UserError `not_found`, `forbidden`, `reauthentication_required`; `conflict` if no admin could sign in without
   * it
   */
  async remove(actor: Actor, userId: string, id: string): Promise<void> {
    requireRecentProof(actor, this.#now());
    await this.#catalog.changing(async (changes) => {
      const passkey = await changes.factors.passkey(id);
      if (passkey?.userId !== userId) throw new UserError('not_found', `you have no passkey ${id.slice(0, 100)}`);
      const { login } = await foundUser(changes, userId);
      await this.#lastAdmin.keep(changes, login, () => changes.factors.removePasskey(id));
      await this.#factors.forgetCodesOfNone(changes, userId);
      const detail = { factor: 'passkey', name: passkey.name };
      await this.#factors.note(changes, actor, 'user.second_factor_removed', userId, detail);
    });
    this.#principals.clear();
  }

  /** Starts a sign-in. No user is named: the authenticator knows its own passkeys. */
  async challenge({ host }: RelyingParty): Promise<Challenge<PublicKeyCredentialRequestOptionsJSON>> {
    const { generateAuthenticationOptions } = await webAuthn();
    const options = await generateAuthenticationOptions({ rpID: host, userVerification: 'required' });
    return { options, ticket: await this.#tickets.issue('passkey', options.challenge) };
  }

  /**
   * Finds the passkey that signed a challenge. Nothing is used up until `take`.
   *
   * @throws UserError `unauthorized`
   */
  async verify({ relyingParty, ticket, response }: Answer<AuthenticationResponseJSON>): Promise<Verified> {
    const challenge = await this.#tickets.read<string>('passkey', ticket);
    if (challenge === undefined) throw expired();
    const passkey = await this.#catalog.factors.passkey(response.id);
    if (passkey === undefined) throw unknown();
    const { verifyAuthenticationResponse } = await webAuthn();
    const verified = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.host,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
      },
    }).catch(() => undefined);
    if (!verified?.verified) throw unknown();
    return { passkey, counter: verified.authenticationInfo.newCounter, ticket };
  }

  /** Uses up a response, in the transaction of the action that it allows. @throws UserError `unauthorized` */
  async take({ factors }: AccountChanges, { passkey, counter, ticket }: Verified): Promise<void> {
    const present = await factors.passkey(passkey.id);
    if (present?.counter !== passkey.counter) throw unknown();
    if (!(await this.#tickets.spend(factors, ticket))) throw expired();
    await factors.usePasskey(passkey.id, counter, this.#now());
  }
}

/** A new passkey that matches its challenge. */
export interface VerifiedPasskey {
  readonly passkey: NewPasskey;
  readonly ticket: string;
}

/** A verified response. */
export interface Verified {
  readonly passkey: PasskeyRecord;
  readonly counter: number;
  readonly ticket: string;
}

function expired(): UserError {
  return new UserError('unauthorized', 'the challenge has expired or was already used; try again');
}

function unknown(): UserError {
  return new UserError('unauthorized', 'the passkey is not registered here');
}
