import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { isRole, ROLES } from '../accounts/access.ts';
import { COMMAND_LINE } from '../accounts/audit.ts';
import type { PageRequest } from '../accounts/pages.ts';
import type { Accounts } from '../accounts/service.ts';
import { invalid } from '../lib/errors.ts';
import { trimmed } from '../lib/text.ts';
import type { UserRecord } from '../storage/ports/account-catalog.ts';
import { allOf, type DatabaseFlags, instantOr, printTable, withAccounts, withDatabaseOption } from './accounts.ts';
import { newPassword } from './password.ts';
import { formatCount, say } from './terminal.ts';

interface AddFlags extends DatabaseFlags {
  readonly role: string;
  readonly name?: string;
  readonly stores?: string[];
  readonly storesFile?: string;
  readonly passwordStdin?: boolean;
  /** `false`: `--no-password` */
  readonly password: boolean;
}

export function userCommand(program: Command): void {
  const user = program.command('user').description('who may use this: users and their passwords');
  const commands: [string, string, (login: string, flags: DatabaseFlags) => Promise<void>][] = [
    ['remove <login>', 'remove a user with its sessions and keys', remove],
    [
      'disable <login>',
      'end the sessions of a user and let its keys rest',
      (login, flags) => disable(login, flags, true),
    ],
    [
      'reset-second-factor <login>',
      'remove the authenticator app, passkeys and recovery codes of a user; its sessions end',
      resetFactors,
    ],
    ['enable <login>', 'let a disabled user in again', (login, flags) => disable(login, flags, false)],
  ];
  withDatabaseOption(user.command('add <login>'))
    .description('add a user, under a name or an e-mail address; the first one is an admin')
    .addOption(new Option('--role <role>', 'what the user may do').choices(ROLES).makeOptionMandatory())
    .option('--name <name>', 'how people call the user (default: the login)')
    .option('--stores <ids...>', 'the stores of an owner')
    .option('--stores-file <file>', 'the same from a file, one id a line')
    .option('--password-stdin', 'read the password from standard input instead of asking for it')
    .option('--no-password', 'let nobody sign in with a password: for a program, which uses API keys')
    .action(add);
  withDatabaseOption(user.command('list')).description('list the users').action(list);
  withDatabaseOption(user.command('passwd <login>'))
    .description('give a user another password; its sessions end')
    .option('--password-stdin', 'read the password from standard input instead of asking for it')
    .option('--revoke-keys', 'revoke the keys of the user, too')
    .action(passwd);
  for (const [usage, description, action] of commands) {
    withDatabaseOption(user.command(usage)).description(description).action(action);
  }
}

async function add(login: string, flags: AddFlags): Promise<void> {
  const { role, name } = flags;
  if (!isRole(role)) throw invalid(`--role is "${role}", expected one of ${ROLES.join(', ')}`);
  const stores = await storesFrom(flags);
  await withAccounts(flags, async (accounts) => {
    const password = flags.password ? await newPassword(flags.passwordStdin ?? false) : undefined;
    const user = await accounts.users.add(COMMAND_LINE, { login, name, role, stores, password });
    const reach = role === 'owner' ? ` of ${formatCount(user.storeCount)} stores` : '';
    say(`${user.login} is ${role}${reach}`);
  });
}

async function storesFrom({ stores = [], storesFile }: AddFlags): Promise<string[]> {
  if (storesFile === undefined) return stores;
  const lines = (await readFile(storesFile, 'utf8')).split(/\r?\n/);
  return [...stores, ...lines.filter((line) => trimmed(line) !== '')];
}

async function list(flags: DatabaseFlags): Promise<void> {
  const all = ({ users }: Accounts) => allOf((page: PageRequest<string>) => users.list(page));
  const users = await withAccounts(flags, all, 'read');
  const heading = ['LOGIN', 'NAME', 'ROLE', 'STORES', '2ND FACTOR', 'STATE', 'CREATED'];
  const rows = users.map((user) => [
    user.login,
    user.name,
    user.role,
    user.role === 'owner' ? String(user.storeCount) : 'all',
    user.hasFactor ? 'yes' : 'no',
    stateOf(user),
    instantOr(user.createdAt, ''),
  ]);
  printTable([heading, ...rows]);
}

function stateOf({ disabled, hasPassword }: UserRecord): string {
  if (disabled) return 'disabled';
  return hasPassword ? 'enabled' : 'keys only';
}

async function passwd(
  login: string,
  flags: DatabaseFlags & { passwordStdin?: boolean; revokeKeys?: boolean },
): Promise<void> {
  await withAccounts(flags, async ({ users }) => {
    const user = await users.getByLogin(login);
    await users.setPassword(COMMAND_LINE, user.id, {
      password: await newPassword(flags.passwordStdin ?? false),
      revokeKeys: flags.revokeKeys,
    });
    say(`${user.login} has a new password; its sessions have ended`);
  });
}

async function resetFactors(login: string, flags: DatabaseFlags): Promise<void> {
  await withAccounts(flags, async ({ users, factors }) => {
    const user = await users.getByLogin(login);
    await factors.reset(COMMAND_LINE, user.id);
    say(`${user.login} signs in with the password alone until it adds a second factor`);
  });
}

async function remove(login: string, flags: DatabaseFlags): Promise<void> {
  await withAccounts(flags, async ({ users }) => {
    const user = await users.getByLogin(login);
    await users.remove(COMMAND_LINE, user.id);
    say(`${user.login} is removed`);
  });
}

async function disable(login: string, flags: DatabaseFlags, disabled: boolean): Promise<void> {
  await withAccounts(flags, async ({ users }) => {
    const user = await users.getByLogin(login);
    await users.change(COMMAND_LINE, user.id, { disabled });
    say(`${user.login} is ${disabled ? 'disabled' : 'enabled'}`);
  });
}
