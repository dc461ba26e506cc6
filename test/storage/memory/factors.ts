import type {
  FactorChanges,
  FactorReader,
  NewPasskey,
  PasskeyRecord,
  TotpRecord,
} from '../../../src/storage/ports/factors.ts';
import type { View } from './data.ts';
import { keyOf, type RecordRow } from './record-tables.ts';
import type { Transaction } from './transaction.ts';

export function hasFactor(view: View, userId: string): boolean {
  return view.table('totp').has(userId) || passkeysOf(view, userId).length > 0;
}

function passkeysOf(view: View, userId: string): PasskeyRecord[] {
  return [...view.table('passkeys').values()].filter(({ user_id }) => user_id === userId).map(passkeyOf);
}

function passkeyOf(row: RecordRow<'passkeys'>): PasskeyRecord {
  return {
    ...{ id: row.passkey_id, userId: row.user_id, name: row.name, publicKey: row.public_key, counter: row.counter },
    ...{ transports: JSON.parse(row.transports) as string[], createdAt: row.created_ms },
    lastUsedAt: row.last_used_ms ?? undefined,
  };
}

/** Reads second factors, identities and settings. */
export class MemoryFactorReader implements FactorReader {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async hasFactor(userId: string): Promise<boolean> {
    return hasFactor(this.#view, userId);
  }

  async totp(userId: string): Promise<TotpRecord | undefined> {
    const row = this.#view.table('totp').get(userId);
    return row && { secret: row.secret, lastStep: row.last_step };
  }

  async countRecoveryCodes(userId: string): Promise<number> {
    return [...this.#view.table('recovery_codes').values()].filter(({ user_id }) => user_id === userId).length;
  }

  async passkey(id: string): Promise<PasskeyRecord | undefined> {
    const row = this.#view.table('passkeys').get(id);
    return row && passkeyOf(row);
  }

  async passkeysOf(userId: string): Promise<PasskeyRecord[]> {
    return passkeysOf(this.#view, userId).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  async userOfIdentity(issuer: string, subject: string): Promise<string | undefined> {
    return this.#view.table('identities').get(keyOf(issuer, subject))?.user_id;
  }

  async setting(name: string): Promise<string | undefined> {
    return this.#view.table('account_settings').get(name)?.value;
  }
}

/** Changes them within a transaction. */
export class MemoryFactorChanges extends MemoryFactorReader implements FactorChanges {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  async setTotp(userId: string, { secret, lastStep }: TotpRecord, createdAt: number): Promise<void> {
    this.#transaction.set('totp', userId, { user_id: userId, secret, last_step: lastStep, created_ms: createdAt });
  }

  async useTotp(userId: string, { secret, lastStep }: TotpRecord): Promise<void> {
    const row = this.#transaction.get('totp', userId);
    if (row !== undefined) this.#transaction.set('totp', userId, { ...row, secret, last_step: lastStep });
  }

  async removeTotp(userId: string): Promise<void> {
    this.#transaction.delete('totp', userId);
  }

  async setRecoveryCodes(userId: string, hashes: readonly string[]): Promise<void> {
    this.#transaction.deleteWhere('recovery_codes', ({ user_id }) => user_id === userId);
    for (const hash of hashes) {
      this.#transaction.set('recovery_codes', keyOf(userId, hash), { user_id: userId, code_hash: hash });
    }
  }

  async useRecoveryCode(userId: string, hash: string): Promise<boolean> {
    return this.#transaction.delete('recovery_codes', keyOf(userId, hash));
  }

  async addPasskey(passkey: NewPasskey): Promise<void> {
    this.#transaction.set('passkeys', passkey.id, {
      ...{ passkey_id: passkey.id, user_id: passkey.userId, name: passkey.name, public_key: passkey.publicKey },
      ...{ counter: passkey.counter, transports: JSON.stringify(passkey.transports), created_ms: passkey.createdAt },
      last_used_ms: null,
    });
  }

  async usePasskey(id: string, counter: number, at: number): Promise<void> {
    const row = this.#transaction.get('passkeys', id);
    if (row !== undefined) this.#transaction.set('passkeys', id, { ...row, counter, last_used_ms: at });
  }

  async removePasskey(id: string): Promise<void> {
    this.#transaction.delete('passkeys', id);
  }

  async removeFactors(userId: string): Promise<void> {
    for (const table of ['totp', 'recovery_codes', 'passkeys'] as const) {
      this.#transaction.deleteWhere(table, ({ user_id }) => user_id === userId);
    }
  }

  async spend(ticketHash: string, expiresAt: number, now: number): Promise<boolean> {
    this.#transaction.deleteWhere('spent_tickets', ({ expires_ms }) => expires_ms <= now);
    if (this.#transaction.get('spent_tickets', ticketHash) !== undefined) return false;
    this.#transaction.set('spent_tickets', ticketHash, { ticket_hash: ticketHash, expires_ms: expiresAt });
    return true;
  }

  async addIdentity(issuer: string, subject: string, userId: string): Promise<void> {
    this.#transaction.set('identities', keyOf(issuer, subject), { issuer, subject, user_id: userId });
  }

  async setSetting(name: string, value: string): Promise<void> {
    this.#transaction.set('account_settings', name, { name, value });
  }
}
