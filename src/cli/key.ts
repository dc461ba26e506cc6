import { type Command, Option } from 'commander';
import { OLD_SCOPES, SCOPES, type Scope } from '../accounts/access.ts';
import { isText, loginFrom, nameFrom, scopesFrom } from '../accounts/fields.ts';
import { keyResource } from '../accounts/resources.ts';
import { DAY } from '../domain/hours.ts';
import type { KeyRecord } from '../storage/ports/account-catalog.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { instantOr } from './format.ts';
import { printResult, printTable, say } from './output.ts';
import { checked, daysFrom, listed, misuse } from './usage.ts';

interface AddFlags extends DatabaseFlags {
  readonly user: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires?: string;
}

export function keyCommand(program: Command): void {
  const key = program.command('key').description('manage API keys for programs');
  withDatabaseOption(key.command('add'))
    .description('create a key and print it; it is shown only once')
    .requiredOption('--user <login>', 'the user that the key acts for', checked('--user', loginFrom))
    .requiredOption('--name <name>', 'what the key is for', checked('--name', nameFrom))
    .addOption(scopesOption())
    .option('--expires <days>', 'how long the key is valid, in days such as 90d (default: until it is revoked)')
    .action(add);
  withDatabaseOption(key.command('list'))
    .description('list keys')
    .option('--user <login>', 'only the keys of one user', checked('--user', loginFrom))
    .action(list);
  withDatabaseOption(key.command('revoke'))
    .argument('<id>', 'the ID of the key, as key list shows it', checked('id', idFrom))
    .description('revoke a key for good')
    .action(revoke);
}

function idFrom(text: string, name: string): string {
  const known: boolean = isText(text);
  if (known) return text;
  throw misuse(`${name} is ${JSON.stringify(text.slice(0, 100))}, expected the ID of a key, as key list shows it`);
}

/** Several values, each of which may be several with commas between them. Completion offers only present names. */
function scopesOption(): Option {
  return new Option(
    '--scopes <scopes...>',
    `the scopes of the key, separated by spaces or commas; the earlier names ${Object.keys(OLD_SCOPES).join(' and ')} still work`,
  )
    .choices(SCOPES)
    .argParser(listed((names) => scopesFrom(names, '--scopes')))
    .makeOptionMandatory();
}

async function add(flags: AddFlags): Promise<void> {
  const { user: login, name, scopes, expires } = flags;
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
