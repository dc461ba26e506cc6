import { UserError } from '../../lib/errors.ts';
import { type Migration, migrationsOf, pendingMigrations, requireCurrent } from '../shared/migrations.ts';
import { type Abilities, type Clickhouse, TOKEN } from './client.ts';

/** What a server needs to know of the database. */
export interface Owner {
  /** The id that PostgreSQL has for it. */
  readonly id: string;
  /** Of the database, without a password. */
  readonly place: string;
}

/** Blocks that a server remembers, so that one that is sent again does not come twice. */
const RECOGNIZED = 1_000;

const SCHEMA = `
  create table if not exists poll_schema (version UInt32, owner String)
  engine = MergeTree() order by version`;

/**
 * Creates the tables, or brings them up to date. Every statement can be repeated, so a server that is killed in the middle
 * leaves nothing that the next one cannot finish.
 *
 * @throws UserError `conflict` when the polls belong to another database
 */
export async function migrate(clickhouse: Clickhouse, owner: Owner): Promise<void> {
  const abilities = await clickhouse.abilities();
  await clickhouse.run(SCHEMA);
  const version = await schemaOf(clickhouse, owner);
  const pending = pendingMigrations(migrationsOf('clickhouse'), version ?? 0);
  for (const migration of pending) {
    await clickhouse.run(filled(migration.sql, abilities));
    await clickhouse.run(recorded(migration, owner));
  }
}

/** Looks at the tables without changing anything. @throws UserError as `requireSchema` of PostgreSQL */
export async function requireSchema(clickhouse: Clickhouse, owner: Owner): Promise<void> {
  const [found] = await clickhouse.rows(
    `select 1 as found from system.tables where database = currentDatabase() and name = 'poll_schema'`,
    'background',
  );
  const version = found === undefined ? undefined : await schemaOf(clickhouse, owner);
  requireCurrent(migrationsOf('clickhouse'), owner.place, version);
}

/** The schema version; `undefined`: no migration was applied. */
async function schemaOf(clickhouse: Clickhouse, { id, place }: Owner): Promise<number | undefined> {
  const rows = await clickhouse.rows('select version, owner from poll_schema', 'background');
  if (rows.some(({ owner }) => owner !== id)) {
    throw new UserError('conflict', `the polls at ${place} belong to another database than the one of DATABASE_URL`);
  }
  return rows.length === 0 ? undefined : Math.max(...rows.map(({ version }) => Number(version)));
}

function recorded({ version }: Migration, { id }: Owner): string {
  return `insert into poll_schema (version, owner) values (${version}, '${id}')`;
}

/** The statement for a server, with what is in braces replaced by what the server knows. */
function filled(sql: string, { codecs, settings }: Abilities): string {
  return sql
    .replace(/\{codec ([^}]*)\}/g, codecs ? ' codec($1)' : '')
    .replaceAll(
      '{recognized blocks}',
      settings.has(TOKEN) ? `settings non_replicated_deduplication_window = ${RECOGNIZED}` : '',
    );
}
