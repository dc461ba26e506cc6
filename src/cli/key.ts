import type { Command } from 'commander';
import { SCOPES } from '../accounts/access.ts';
import { keyResource } from '../accounts/resources.ts';
import { DAY } from '../domain/hours.ts';
import type { KeyRecord } from '../storage/ports/account-catalog.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { instantOr } from './format.ts';
import { printResult, printTable, say } from './output.ts';
import { daysFrom } from './usage.ts';

interface AddFlags extends DatabaseFlags {
  readonly user: string;
  readonly name: string;
  readonly scopes: string[];
  readonly expires?: string;
}

export function keyCommand(program: Command): void {
  const key = program.command('key').description('manage API keys for programs');
  withDatabaseOption(key.command('add'))
    .description('create a key and print it; it is shown only once')
    .requiredOption('--user <login>', 'the user that the key acts for')
    .requiredOption('--name <name>', 'what the key is for')
    .requiredOption('--scopes <scopes...>', `the scopes of the key: ${SCOPES.join(', ')}`)
    .option('--expires <days>', 'how long the key is valid, such as 90d (default: until revoked)')
    .action(add);
  withDatabaseOption(key.command('list'))
    .description('list keys')
    .option('--user <login>', 'only the keys of one user')
    .action(list);
  withDatabaseOption(key.command('revoke <id>')).description('revoke a key for good').action(revoke);
}

async function add(flags: AddFlags): Promise<void> {
  const { user: login, name, expires } = flags;
  const scopes = flags.scopes.flatMap((text) => text.split(',')).filter((scope) => scope !== '');
  const lifetime = expires === undefined ? undefined : daysFrom('--expires', expires, 1, '90d') * DAY;
  const { key, record } = await withDatabase(configOf(flags), 'write', (run) =>
    run('addKey', { login, name, scopes, lifetime }),
  );
  printResult({ ...keyResource(record), key }, () => {
    const until = instantOr(record.expiresAt, 'revoked');
    say(`key ${record.id} of ${record.login} is valid until ${until}; it is shown only once:`);
    process.stdout.write(`${key}\n`);
  });
}

async function list(flags: DatabaseFlags & { user?: string }): Promise<void> {
  const keys = await withDatabase(configOf(flags), 'read', (run) => run('listKeys', { login: flags.user }));
  const now = Date.now();
  const heading = ['ID', 'KEY', 'USER', 'NAME', 'STATE', 'EXPIRES', 'LAST USED', 'SCOPES'];
  const rows = keys.map((key) => [
    key.id,
    `${key.prefix}…`,
    key.login,
    key.name,
    stateOf(key, now),
    instantOr(key.expiresAt, 'never'),
    instantOr(key.lastUsedAt, 'never'),
    key.scopes.join(','),
  ]);
  printResult({ keys: keys.map(keyResource) }, () => printTable([heading, ...rows]));
}

function stateOf({ revokedAt, expiresAt }: KeyRecord, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active';
}

async function revoke(id: string, flags: DatabaseFlags): Promise<void> {
  const key = await withDatabase(configOf(flags), 'write', (run) => run('revokeKey', { id }));
  printResult(keyResource(key), () => say(`revoked key "${key.name}" of ${key.login}`));
}
