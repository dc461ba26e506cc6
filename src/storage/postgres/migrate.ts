import type { Sql } from '../../lib/sql.ts';
import { migrationsOf, pendingMigrations, requireCurrent } from '../shared/migrations.ts';
import type { PostgresPool } from './client.ts';
import { findFirstPolls } from './first-polls.ts';
import { lockFor } from './lock.ts';

/**
 * Brings the schema up to date in one transaction; of servers that start together, one does it and the others wait.
 * Changes that read all polls follow in transactions of their own.
 */
export async function migrate(pool: PostgresPool): Promise<void> {
  await pool.transaction(async (sql) => {
    await lockFor(sql, 'migrate');
    await sql.run(`
      create table if not exists schema_migrations (
        version integer primary key,
        name text not null,
        applied_at timestamptz not null default now()
      )`);
    const { version } = await sql.row('select coalesce(max(version), 0) as version from schema_migrations');
    for (const migration of pendingMigrations(migrationsOf('postgres'), Number(version))) {
      await sql.run('insert into schema_migrations (version, name) values ($version, $name)', {
        version: migration.version,
        name: migration.name,
      });
      await sql.script(migration.sql);
    }
  });
  await findFirstPolls(pool);
}

/**
 * Looks at the schema without changing anything.
 *
 * @param place of the database, without a password
 * @throws UserError `conflict` when it is older than the program's, `unavailable` when it is newer
 */
export async function requireSchema(sql: Sql, place: string): Promise<void> {
  const { known } = await sql.row(`select to_regclass('schema_migrations') is not null as known`);
  const found = known === true ? await sql.row('select max(version) as version from schema_migrations') : undefined;
  requireCurrent(migrationsOf('postgres'), place, found === undefined ? undefined : Number(found.version));
}
