import type { Sql } from '../../lib/sql.ts';
import type { LinkChanges, LinkPurpose, LinkReader, SignInLinkRecord } from '../ports/sign-in-links.ts';

/** Reads links, in SQL common to both engines. */
export class SqlLinkReader implements LinkReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async link(tokenHash: string): Promise<SignInLinkRecord | undefined> {
    const [row] = await this.sql.rows(
      `select token_hash, user_id, purpose, created_ms, expires_ms from sign_in_links where token_hash = $token_hash`,
      { token_hash: tokenHash },
    );
    if (row === undefined) return undefined;
    return {
      tokenHash: String(row.token_hash),
      userId: String(row.user_id),
      purpose: row.purpose as LinkPurpose,
      createdAt: Number(row.created_ms),
      expiresAt: Number(row.expires_ms),
    };
  }
}

/** Changes links within a transaction, likewise. */
export class SqlLinkChanges extends SqlLinkReader implements LinkChanges {
  async countLinks(userId: string, purpose: LinkPurpose): Promise<number> {
    const { links } = await this.sql.row(
      'select count(*) as links from sign_in_links where user_id = $user_id and purpose = $purpose',
      { user_id: userId, purpose },
    );
    return Number(links);
  }

  async addLink(link: SignInLinkRecord): Promise<void> {
    await this.sql.run(
      `insert into sign_in_links (token_hash, user_id, purpose, created_ms, expires_ms)
       values ($token_hash, $user_id, $purpose, $created::bigint, $expires::bigint)`,
      {
        token_hash: link.tokenHash,
        user_id: link.userId,
        purpose: link.purpose,
        created: link.createdAt,
        expires: link.expiresAt,
      },
    );
  }

  async removeLinksOf(userId: string): Promise<void> {
    await this.sql.run('delete from sign_in_links where user_id = $user_id', { user_id: userId });
  }

  async removeExpiredLinks(now: number): Promise<void> {
    await this.sql.run('delete from sign_in_links where expires_ms <= $now::bigint', { now });
  }
}
