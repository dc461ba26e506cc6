import type { Command } from 'commander';
import { SCOPES } from '../accounts/access.ts';
import { COMMAND_LINE } from '../accounts/audit.ts';
import type { PageRequest } from '../accounts/pages.ts';
import type { Accounts } from '../accounts/service.ts';
import { DAY } from '../domain/hours.ts';
import { invalid } from '../lib/errors.ts';
import type { KeyRecord, TimePlace } from '../storage/ports/account-catalog.ts';
import { allPages, type DatabaseFlags, instantOr, printTable, withAccounts, withDatabaseOption } from './accounts.ts';
import { say } from './terminal.ts';

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
  const scopes = flags.scopes.flatMap((text) => text.split(',')).filter((scope) => scope !== '');
  const lifetime = flags.expires === undefined ? undefined : lifetimeFrom(flags.expires);
  await withAccounts(flags, async ({ users, keys }) => {
    const { id: userId, login } = await users.getByLogin(flags.user);
    const expiresAt = lifetime === undefined ? undefined : Date.now() + lifetime;
    const { key, record } = await keys.add(COMMAND_LINE, { userId, name: flags.name, scopes, expiresAt });
    say(
      `key ${record.id} of ${login} is valid until ${instantOr(record.expiresAt, 'revoked')}; it is shown only once:`,
    );
    process.stdout.write(`${key}\n`);
  });
}

function lifetimeFrom(text: string): number {
  const days = Number(/^(\d{1,4})d$/.exec(text)?.[1] ?? 0);
  if (days > 0) return days * DAY;
  throw invalid(`--expires is "${text}", expected a number of days such as 90d`);
}

async function list(flags: DatabaseFlags & { user?: string }): Promise<void> {
  const found = async (accounts: Accounts) => {
    const user = flags.user === undefined ? undefined : await accounts.users.getByLogin(flags.user);
    return allPages((page: PageRequest<TimePlace>) => accounts.keys.list(user?.id, page));
  };
  const keys = await withAccounts(flags, found, 'read');
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
  printTable([heading, ...rows]);
}

function stateOf({ revokedAt, expiresAt }: KeyRecord, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'holds';
}

async function revoke(id: string, flags: DatabaseFlags): Promise<void> {
  await withAccounts(flags, async ({ keys }) => {
    const { login, name } = await keys.revoke(COMMAND_LINE, id);
    say(`revoked key "${name}" of ${login}`);
  });
}
