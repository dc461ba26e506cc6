/** Second factors, identities at identity providers, and account settings, as a database keeps them. */

export interface TotpRecord {
  /** As stored, possibly sealed. */
  readonly secret: string;
  /** The time step of the last code that was used. */
  readonly lastStep: number;
}

export interface PasskeyRecord {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** The authenticator's signature counter; 0: it does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

export type NewPasskey = Omit<PasskeyRecord, 'lastUsedAt'>;

export interface FactorReader {
  /** Whether a user has an authenticator app or a passkey. */
  hasFactor(userId: string): Promise<boolean>;
  totp(userId: string): Promise<TotpRecord | undefined>;
  /** Number of unused recovery codes. */
  countRecoveryCodes(userId: string): Promise<number>;
  passkey(id: string): Promise<PasskeyRecord | undefined>;
  /** Oldest first. */
  passkeysOf(userId: string): Promise<PasskeyRecord[]>;
  /** The user with this subject at an identity provider. */
  userOfIdentity(issuer: string, subject: string): Promise<string | undefined>;
  /** A setting as JSON. */
  setting(name: string): Promise<string | undefined>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface FactorChanges extends FactorReader {
  setTotp(userId: string, totp: TotpRecord, createdAt: number): Promise<void>;
  /** Stores the secret and the time step of the code that confirmed it. */
  useTotp(userId: string, totp: TotpRecord): Promise<void>;
  removeTotp(userId: string): Promise<void>;
  /** Replaces all codes of a user. */
  setRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void>;
  /** Removes a code; returns whether it existed. */
  useRecoveryCode(userId: string, hash: string): Promise<boolean>;
  addPasskey(passkey: NewPasskey): Promise<void>;
  usePasskey(id: string, counter: number, at: number): Promise<void>;
  removePasskey(id: string): Promise<void>;
  /** Removes all second factors and recovery codes of a user. */
  removeFactors(userId: string): Promise<void>;
  /** Marks a ticket as used; returns `false` if it already was. Removes expired ones. */
  spend(ticketHash: string, expiresAt: number, now: number): Promise<boolean>;
  addIdentity(issuer: string, subject: string, userId: string): Promise<void>;
  setSetting(name: string, value: string): Promise<void>;
}
