import { type Static, Type } from 'typebox';
import Value from 'typebox/value';
import { UserError } from '../lib/errors.ts';
import { parseJson } from '../lib/json.ts';
import { UUID } from '../lib/uuid.ts';

/** The name of the manifest, the last file of a backup: without it, the backup is not complete. */
export const MANIFEST = 'manifest.json';
/** The database of a backup, a DuckDB file whichever engine it comes from. */
export const DATABASE = 'monitor.duckdb';

/** The files that a backup may have, beside its manifest. */
const FILE = new RegExp(`^(monitor\\.duckdb|results/${UUID}\\.(figures|csv))$`);

const Count = Type.Integer({ minimum: 0 });

const Manifest = Type.Object({
  /** Of the backup's form. */
  format: Type.Literal(1),
  /** The program that made it. */
  program: Type.String(),
  created_at: Type.String(),
  /** Where the data comes from. */
  engine: Type.Union([Type.Literal('duckdb'), Type.Literal('postgres')]),
  /** That of the database when the backup was made. */
  generation: Type.String(),
  /** That of `monitor.duckdb`. */
  schema_version: Count,
  /** How many rows each table has. */
  rows: Type.Record(Type.String(), Count),
  files: Type.Array(
    Type.Object({ path: Type.String(), bytes: Count, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
  ),
});
export type Manifest = Static<typeof Manifest>;
export type BackupFile = Manifest['files'][number];

export function isBackupFile(path: string): boolean {
  return FILE.test(path);
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** @throws UserError `invalid_input` when it is not the manifest of a backup that this program can restore */
export function parseManifest(text: string): Manifest {
  const value = parseJson(text, MANIFEST);
  if (!Value.Check(Manifest, value)) {
    const [error] = Value.Errors(Manifest, value);
    throw new UserError(
      'invalid_input',
      `${MANIFEST} is not the manifest of a backup: ${error?.instancePath || 'it'} ${error?.message}`,
    );
  }
  const strange = value.files.find(({ path }) => !isBackupFile(path));
  if (strange !== undefined) {
    throw new UserError('invalid_input', `${MANIFEST} names "${strange.path}", which is not part of a backup`);
  }
  if (!value.files.some(({ path }) => path === DATABASE)) {
    throw new UserError('invalid_input', `${MANIFEST} does not name ${DATABASE}`);
  }
  return value;
}
