import type { Parameters, Row, Sql } from '../../lib/sql.ts';
import type { FactorChanges, FactorReader, NewPasskey, PasskeyRecord, TotpRecord } from '../ports/factors.ts';

/** Reads second factors, identities and settings, in SQL common to both engines. */
export class SqlFactorReader implements FactorReader {
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async hasFactor(userId: string): Promise<boolean> {
    const sql = `
      select user_id from totp where user_id = $user_id
      union all select user_id from passkeys where user_id = $user_id limit 1`;
    return (await this.#first(sql, { user_id: userId })) !== undefined;
  }

  async totp(userId: string): Promise<TotpRecord | undefined> {
    const row = await this.#first('select secret, last_step from totp where user_id = $user_id', { user_id: userId });
    return row && { secret: String(row.secret), lastStep: Number(row.last_step) };
  }

  async countRecoveryCodes(userId: string): Promise<number> {
    const sql = 'select count(*) as codes from recovery_codes where user_id = $user_id';
    return Number((await this.sql.row(sql, { user_id: userId })).codes);
  }

  async passkey(id: string): Promise<PasskeyRecord | undefined> {
    const row = await this.#first('select * from passkeys where passkey_id = $id', { id });
    return row && passkeyOf(row);
  }

  async passkeysOf(userId: string): Promise<PasskeyRecord[]> {
    const sql = 'select * from passkeys where user_id = $user_id order by created_ms, passkey_id';
    return (await this.sql.rows(sql, { user_id: userId })).map(passkeyOf);
  }

  async userOfIdentity(issuer: string, subject: string): Promise<string | undefined> {
    const sql = 'select user_id from identities where issuer = $issuer and subject = $subject';
    const row = await this.#first(sql, { issuer, subject });
    return row && String(row.user_id);
  }

  async setting(name: string): Promise<string | undefined> {
    const row = await this.#first('select value from account_settings where name = $name', { name });
    return row && String(row.value);
  }

  async #first(sql: string, parameters: Parameters): Promise<Row | undefined> {
    return (await this.sql.rows(sql, parameters))[0];
  }
}

/** Changes them within a transaction. */
export class SqlFactorChanges extends SqlFactorReader implements FactorChanges {
  async setTotp(userId: string, { secret, lastStep }: TotpRecord, createdAt: number): Promise<void> {
    await this.removeTotp(userId);
    await this.sql.run(
      `insert into totp (user_id, secret, last_step, created_ms)
       values ($user_id, $secret, $last_step::bigint, $created::bigint)`,
      { user_id: userId, secret, last_step: lastStep, created: createdAt },
    );
  }

  async useTotp(userId: string, { secret, lastStep }: TotpRecord): Promise<void> {
    await this.sql.run('update totp set secret = $secret, last_step = $last_step::bigint where user_id = $user_id', {
      user_id: userId,
      secret,
      last_step: lastStep,
    });
  }

  async removeTotp(userId: string): Promise<void> {
    await this.sql.run('delete from totp where user_id = $user_id', { user_id: userId });
  }

  async setRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void> {
    await this.sql.run('delete from recovery_codes where user_id = $user_id', { user_id: userId });
    for (const hash of hashes) {
      await this.sql.run('insert into recovery_codes (user_id, code_hash) values ($user_id, $hash)', {
        user_id: userId,
        hash,
      });
    }
  }

  async useRecoveryCode(userId: string, hash: string): Promise<boolean> {
    const sql = 'delete from recovery_codes where user_id = $user_id and code_hash = $hash';
    return (await this.sql.run(sql, { user_id: userId, hash })) > 0;
  }

  async addPasskey(passkey: NewPasskey): Promise<void> {
    await this.sql.run(
      `insert into passkeys (passkey_id, user_id, name, public_key, counter, transports, created_ms)
       values ($id, $user_id, $name, $public_key, $counter::bigint, $transports, $created::bigint)`,
      {
        id: passkey.id,
        user_id: passkey.userId,
        name: passkey.name,
        public_key: passkey.publicKey,
        counter: passkey.counter,
        transports: JSON.stringify(passkey.transports),
        created: passkey.createdAt,
      },
    );
  }

  async usePasskey(id: string, counter: number, at: number): Promise<void> {
    await this.sql.run(
      'update passkeys set counter = $counter::bigint, last_used_ms = $at::bigint where passkey_id = $id',
      { id, counter, at },
    );
  }

  async removePasskey(id: string): Promise<void> {
    await this.sql.run('delete from passkeys where passkey_id = $id', { id });
  }

  async removeFactors(userId: string): Promise<void> {
    for (const table of ['totp', 'recovery_codes', 'passkeys']) {
      await this.sql.run(`delete from ${table} where user_id = $user_id`, { user_id: userId });
    }
  }

  spend(ticketHash: string, expiresAt: number, now: number): Promise<boolean> {
    return spendTicket(this.sql, ticketHash, expiresAt, now);
  }

  async addIdentity(issuer: string, subject: string, userId: string): Promise<void> {
    await this.sql.run('insert into identities (issuer, subject, user_id) values ($issuer, $subject, $user_id)', {
      issuer,
      subject,
      user_id: userId,
    });
  }

  async setSetting(name: string, value: string): Promise<void> {
    await this.sql.run('delete from account_settings where name = $name', { name });
    await this.sql.run('insert into account_settings (name, value) values ($name, $value)', { name, value });
  }
}

function passkeyOf(row: Row): PasskeyRecord {
  return {
    id: String(row.passkey_id),
    userId: String(row.user_id),
    name: String(row.name),
    publicKey: String(row.public_key),
    counter: Number(row.counter),
    transports: JSON.parse(String(row.transports)) as string[],
    createdAt: Number(row.created_ms),
    lastUsedAt: row.last_used_ms === null ? undefined : Number(row.last_used_ms),
  };
}

/** Marks a ticket as used within a transaction; `false`: it was used before. */
export async function spendTicket(sql: Sql, ticketHash: string, expiresAt: number, now: number): Promise<boolean> {
  await sql.run('delete from spent_tickets where expires_ms <= $now::bigint', { now });
  const hash = { hash: ticketHash };
  const spent = await sql.rows('select ticket_hash from spent_tickets where ticket_hash = $hash', hash);
  if (spent.length > 0) return false;
  await sql.run('insert into spent_tickets (ticket_hash, expires_ms) values ($hash, $expires::bigint)', {
    ...hash,
    expires: expiresAt,
  });
  return true;
}
