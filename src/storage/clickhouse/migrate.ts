import { UserError } from '../../lib/errors.ts';
import { type Migration, migrationsOf, pendingMigrations, requireCurrent } from '../shared/migrations.ts';
import { type Abilities, type Clickhouse, TOKEN } from './client.ts';
import { PLACEMENT } from './placement.ts';

/** Where a server is in a cluster. */
export interface TableSetting {
  readonly cluster?: string;
  /** From 1. */
  readonly shard?: number;
  readonly shards?: number;
  /** The name of the server among the replicas of its shard, if there are several. */
  readonly replica?: string;
}

/** What a server needs to know of the database. */
export interface Owner {
  /** The id that PostgreSQL has for it. */
  readonly id: string;
  readonly setting: TableSetting;
}

/** Blocks that a server remembers, so that one that is sent again does not come twice. */
const RECOGNIZED = 1_000;

/** What a statement begins with that only changes how columns are compressed. */
const WITH_CODECS = '{with codecs}';

const SCHEMA = `
  create table if not exists poll_schema (version UInt32, owner String)
  engine = MergeTree() order by version`;

/**
 * Creates the tables, or brings them up to date. Every statement can be repeated, so a server that is killed in the middle
 * leaves nothing that the next one cannot finish.
 *
 * @throws UserError `conflict` when the polls belong to another database, or to another place in the cluster
 */
export async function migrate(clickhouse: Clickhouse, owner: Owner): Promise<void> {
  const abilities = await clickhouse.abilities();
  await clickhouse.run(SCHEMA);
  const version = await schemaOf(clickhouse, owner);
  const pending = pendingMigrations(migrationsOf('clickhouse'), version ?? 0);
  for (const migration of pending) {
    const statement = filled(migration.sql, abilities, owner);
    if (statement !== undefined) await clickhouse.run(statement);
    await clickhouse.run(`insert into poll_schema (version, owner) values (${migration.version}, '${nameOf(owner)}')`);
  }
}

/** Looks at the tables without changing anything. @throws UserError as `requireSchema` of PostgreSQL */
export async function requireSchema(clickhouse: Clickhouse, owner: Owner): Promise<void> {
  const [found] = await clickhouse.rows(
    `select 1 as found from system.tables where database = currentDatabase() and name = 'poll_schema'`,
    'background',
  );
  const version = found === undefined ? undefined : await schemaOf(clickhouse, owner);
  requireCurrent(migrationsOf('clickhouse'), clickhouse.place, version);
}

/** The schema version; `undefined`: no migration was applied. */
async function schemaOf(clickhouse: Clickhouse, owner: Owner): Promise<number | undefined> {
  const rows = await clickhouse.rows('select version, owner from poll_schema', 'background');
  const name = nameOf(owner);
  const other = rows.find((row) => row.owner !== name);
  if (other !== undefined) {
    const [id, ...place] = String(other.owner).split(' ');
    throw new UserError(
      'conflict',
      id === owner.id
        ? `the polls at ${clickhouse.place} are those of ${place.join(' ') || 'a single server'}, expected ` +
            `${placeIn(owner.setting) || 'a single server'}: the number and the order of shards cannot be changed`
        : `the polls at ${clickhouse.place} belong to another database than the one of DATABASE_URL`,
    );
  }
  return rows.length === 0 ? undefined : Math.max(...rows.map(({ version }) => Number(version)));
}

/** The id, and where the server belongs: with another number of shards, polls would be looked for elsewhere. */
function nameOf({ id, setting }: Owner): string {
  return `${id} ${placeIn(setting)}`.trim();
}

function placeIn({ shard, shards }: TableSetting): string {
  return shard === undefined ? '' : `shard ${shard} of ${shards}`;
}

/**
 * The statement for a server, with what is in braces replaced by what the server knows, and where it is; `undefined`: it is
 * only for servers that know more.
 */
function filled(sql: Migration['sql'], { codecs, settings }: Abilities, { id, setting }: Owner): string | undefined {
  if (sql.startsWith(WITH_CODECS) && !codecs) return undefined;
  const { cluster, shard, replica } = setting;
  const log = `/clickhouse/restaurant-monitor/${id}/${shard}/polls_local`;
  const recognized = settings.has(TOKEN) ? `settings non_replicated_deduplication_window = ${RECOGNIZED}` : '';
  // After a kill, a server may have a part that the log does not have. Its block was not confirmed, and is sent again, so
  // the server may set the part aside, however small the table still is.
  const replicated = `settings replicated_deduplication_window = ${RECOGNIZED}, replicated_max_ratio_of_wrong_parts = 1`;
  return sql
    .replace(WITH_CODECS, '')
    .replace(/\{codec ([^}]*)\}/g, codecs ? ' codec($1)' : '')
    .replaceAll('{engine}', replica === undefined ? 'MergeTree()' : `ReplicatedMergeTree('${log}', '${replica}')`)
    .replaceAll('{settings}', replica === undefined ? recognized : replicated)
    .replaceAll(
      '{all polls}',
      cluster === undefined
        ? 'view if not exists polls as select * from polls_local'
        : `table if not exists polls as polls_local engine = Distributed('${cluster}', currentDatabase(), polls_local, ${PLACEMENT})`,
    );
}
