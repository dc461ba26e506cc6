/** Links with which a user signs in once to set a password, as a database keeps them. */

export type LinkPurpose = 'invitation' | 'reset';

export interface SignInLinkRecord {
  /** SHA-256 of the token. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly purpose: LinkPurpose;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface LinkReader {
  link(tokenHash: string): Promise<SignInLinkRecord | undefined>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface LinkChanges extends LinkReader {
  /** How many links of a user have a purpose. */
  countLinks(userId: string, purpose: LinkPurpose): Promise<number>;
  addLink(link: SignInLinkRecord): Promise<void>;
  removeLinksOf(userId: string): Promise<void>;
  removeExpiredLinks(now: number): Promise<void>;
}
