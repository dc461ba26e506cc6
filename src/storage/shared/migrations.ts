import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../lib/errors.ts';

export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The migrations of an engine in order: `migrations/<engine>/<number>_<name>.sql`. */
export function migrationsOf(engine: string): Migration[] {
  const folder = fileURLToPath(new URL(`../../../migrations/${engine}/`, import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((file, index) => {
      const [, number = '', name = ''] = /^(\d+)_(\w+)\.sql$/.exec(file) ?? [];
      if (Number(number) !== index + 1) throw new Error(`${folder}${file} is out of order`);
      return { version: index + 1, name, sql: readFileSync(`${folder}${file}`, 'utf8') };
    });
}

/**
 * The migrations that a database at `version` lacks.
 *
 * @throws UserError `unavailable` when a newer version of the program has migrated the database
 */
export function pendingMigrations(all: readonly Migration[], version: number): Migration[] {
  if (version > all.length) {
    throw new UserError(
      'unavailable',
      `the database has schema version ${version}, this program knows versions up to ${all.length}: ` +
        'it was updated by a newer Restaurant Monitor; upgrade this program',
    );
  }
  return all.slice(version);
}

/**
 * Refuses a database that is only read, and therefore not migrated, when its schema is older than the program's.
 *
 * @param place of the database, without a password
 * @param version `undefined`: it has no schema at all
 * @throws UserError `conflict` when it is older, `unavailable` when it is newer
 */
export function requireCurrent(all: readonly Migration[], place: string, version: number | undefined): void {
  if (version === undefined) {
    throw new UserError('conflict', `${place} is not a database of Restaurant Monitor: it has no schema version`);
  }
  if (pendingMigrations(all, version).length === 0) return;
  throw new UserError(
    'conflict',
    `the database ${place} has schema version ${version}, expected ${all.length}. It was opened for reading and ` +
      'not changed; run `restaurant-monitor migrate` on it, or on a copy if it is a backup',
  );
}
