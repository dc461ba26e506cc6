import type { Session } from '../../duckdb/session.ts';
import { migrationsOf, pendingMigrations, requireCurrent } from '../shared/migrations.ts';

/**
 * Brings the schema up to date. Each migration is a transaction of its own, recorded in it: DuckDB may refuse to
 * update a table that the same transaction has altered.
 */
export async function migrate(session: Session): Promise<void> {
  await session.run(`
    create table if not exists schema_migrations (
      version integer primary key,
      name varchar not null,
      applied_at timestamp not null default current_timestamp
    )`);
  const { version } = await session.row('select coalesce(max(version), 0)::integer as version from schema_migrations');
  for (const migration of pendingMigrations(migrationsOf('duckdb'), Number(version))) {
    await session.transaction(async () => {
      await session.run('insert into schema_migrations (version, name) values ($version, $name)', {
        version: migration.version,
        name: migration.name,
      });
      await session.run(migration.sql);
    });
  }
}

/**
 * Looks at the schema without changing anything.
 *
 * @throws UserError `conflict` when it is older than the program's, `unavailable` when it is newer
 */
export async function requireSchema(session: Session, path: string): Promise<void> {
  const tables = await session.rows(
    `select 1 from duckdb_tables() where table_name = 'schema_migrations' and database_name = current_database()`,
  );
  const [found] =
    tables.length === 0 ? [] : await session.rows('select max(version) as version from schema_migrations');
  requireCurrent(migrationsOf('duckdb'), path, found === undefined ? undefined : Number(found.version));
}
