import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { ROLES } from '../accounts/access.ts';
import { emailFrom, loginFrom, nameFrom, storeIdsFrom } from '../accounts/fields.ts';
import { userResource } from '../accounts/resources.ts';
import { formatInstant } from '../calendar/instant.ts';
import { idsIn } from '../lib/id-list.ts';
import { trimmed } from '../lib/text.ts';
import type { InvitedUser } from '../operations/accounts.ts';
import type { Role, UserRecord } from '../storage/ports/account-catalog.ts';
import { configOf, type DatabaseFlags, withDatabase, withDatabaseOption } from './database.ts';
import { formatCounted } from './format.ts';
import { printResult, printTable, say, warn } from './output.ts';
import { newPassword } from './password.ts';
import type { RunOperation } from './run-operation.ts';
import { checked, misuse, parsing } from './usage.ts';

/** The most unknown stores that a warning names. */
const NAMED_STORES = 5;

interface AddFlags extends DatabaseFlags {
  readonly role: Role;
  readonly name?: string;
  readonly email?: string;
  readonly invite?: boolean;
  readonly stores?: string[];
  readonly storesFile?: string;
  readonly passwordStdin?: boolean;
  /** `false` with `--no-password` */
  readonly password: boolean;
}

export function userCommand(program: Command): void {
  const user = program.command('user').description('manage users and their passwords');
  const named = (name: string) =>
    withDatabaseOption(user.command(name)).argument(
      '<login>',
      'what the user signs in with: a name or an email address',
      checked('login', loginFrom),
    );
  const commands: [string, string, (login: string, flags: DatabaseFlags) => Promise<void>][] = [
    ['remove', 'remove a user with its sessions and keys', remove],
    ['disable', 'disable a user: end its sessions and suspend its keys', (login, flags) => disable(login, flags, true)],
    [
      'reset-second-factor',
      'remove the authenticator app, passkeys and recovery codes of a user, and end its sessions',
      resetFactors,
    ],
    ['enable', 'enable a disabled user', (login, flags) => disable(login, flags, false)],
  ];
  named('add')
    .description('add a user; the first one must be an admin with a password')
    .addOption(
      new Option('--role <role>', 'admin: everything; operator: all stores; owner: the assigned stores')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--name <name>', 'the display name (default: the login)', checked('--name', nameFrom))
    .option(
      '--email <address>',
      'the email address, for invitations and password resets',
      checked('--email', emailFrom),
    )
    .option('--stores <ids...>', 'the stores of an owner, separated by spaces or commas')
    .option('--stores-file <file>', 'a file with the stores of an owner, one ID per line')
    .option('--password-stdin', 'read the password from standard input instead of asking for it')
    .option('--no-password', 'add the user without a password, for a program that uses API keys')
    .option('--invite', 'add the user without a password, and print a link with which the user sets one')
    .action(add);
  named('invite')
    .description('print a link with which a user without a password sets one; it is valid once, for 7 days')
    .action(invite);
  named('email')
    .argument('[address]', 'the email address', checked('address', emailFrom))
    .description('set the email address of a user; without an address, remove it')
    .action(setEmail);
  withDatabaseOption(user.command('list')).description('list users').action(list);
  named('passwd')
    .description('set the password of a user and end its sessions')
    .option('--password-stdin', 'read the password from standard input instead of asking for it')
    .option('--revoke-keys', 'also revoke the keys of the user')
    .action(passwd);
  for (const [name, description, action] of commands) {
    named(name).description(description).action(action);
  }
}

/** Runs operations on accounts. */
function withAccounts<T>(flags: DatabaseFlags, work: (run: RunOperation) => Promise<T>): Promise<T> {
  return withDatabase(configOf(flags), 'write', work);
}

async function add(login: string, flags: AddFlags): Promise<void> {
  const { role, name, email, invite: invites = false } = flags;
  checkPasswordFlags(flags);
  const stores = await storesFrom(flags);
  const { user, unknownStores, invited } = await withAccounts(flags, async (run) => {
    const password = flags.password && !invites ? await newPassword(flags.passwordStdin ?? false) : undefined;
    const { user, unknownStores } = await run('addUser', { login, name, email, role, stores, password });
    return { user, unknownStores, invited: invites ? await run('inviteUser', { login }) : undefined };
  });
  const reach = role === 'owner' ? ` of ${formatCounted(user.storeCount, 'store')}` : '';
  if (unknownStores.length > 0) warn(unknownWords(unknownStores));
  if (invited === undefined) return printUser(user, `Added user ${user.login} (${role}${reach})`);
  say(`Added user ${user.login} (${role}${reach})`);
  printInvitation(invited);
}

/** `there are no stores "x", "y" and 3 more; …` */
function unknownWords(ids: readonly string[]): string {
  const named = ids.slice(0, NAMED_STORES).map((id) => `"${id}"`);
  const more = ids.length - named.length;
  const words = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return ids.length === 1
    ? `there is no store ${words}; the user will see it once it exists`
    : `there are no stores ${words}; the user will see them once they exist`;
}

async function invite(login: string, flags: DatabaseFlags): Promise<void> {
  printInvitation(await withAccounts(flags, (run) => run('inviteUser', { login })));
}

function printInvitation({ user, url, expiresAt, mailedTo }: InvitedUser): void {
  const result = { user: userResource(user), url, expires_at: expiresAt, mailed_to: mailedTo };
  printResult(result, () => {
    const mailed = mailedTo === null ? '' : ` It goes to ${mailedTo} by mail, too.`;
    say(`this link signs ${user.login} in once, until ${expiresAt}.${mailed}`);
    process.stdout.write(`${url}\n`);
  });
}

async function setEmail(login: string, address: string | undefined, flags: DatabaseFlags): Promise<void> {
  const user = await withAccounts(flags, (run) => run('setEmail', { login, email: address ?? null }));
  printUser(user, user.email === undefined ? `${login} has no email address` : `the email address is ${user.email}`);
}

/** At most one says how the user gets a password; without any, it is asked for. */
function checkPasswordFlags({ invite, passwordStdin, password }: AddFlags): void {
  const options = [...(invite ? ['--invite'] : []), ...(passwordStdin ? ['--password-stdin'] : [])];
  if (!password) options.push('--no-password');
  if (options.length > 1) throw misuse(`${options.join(' and ')} are given, expected one of them`);
}

/** @throws UsageError if stores are given for a role that has none, or an ID on the command line is not one */
async function storesFrom({ role, stores, storesFile }: AddFlags): Promise<string[]> {
  if (role !== 'owner' && (stores ?? storesFile) !== undefined) {
    const option = stores === undefined ? '--stores-file' : '--stores';
    throw misuse(`${option} is given with --role ${role}, expected --role owner: only owners have assigned stores`);
  }
  const named = (stores ?? []).flatMap(idsIn);
  if (stores !== undefined && named.length === 0)
    throw misuse(`--stores is "${stores.join(' ')}", expected IDs of stores`);
  parsing(() => storeIdsFrom(named, '--stores has the ID'));
  if (storesFile === undefined) return named;
  const lines = (await readFile(storesFile, 'utf8')).split(/\r?\n/);
  return [...named, ...lines.filter((line) => trimmed(line) !== '')];
}

async function list(flags: DatabaseFlags): Promise<void> {
  const users = await withDatabase(configOf(flags), 'read', (run) => run('listUsers', {}));
  const heading = ['LOGIN', 'NAME', 'ROLE', 'STORES', '2ND FACTOR', 'STATE', 'CREATED'];
  const rows = users.map((user) => [
    user.login,
    user.name,
    user.role,
    user.role === 'owner' ? String(user.storeCount) : 'all',
    user.hasFactor ? 'yes' : 'no',
    stateOf(user),
    formatInstant(user.createdAt),
  ]);
  printResult({ users: users.map(userResource) }, () => printTable([heading, ...rows]));
}

function stateOf({ disabled, hasPassword }: UserRecord): string {
  if (disabled) return 'disabled';
  return hasPassword ? 'enabled' : 'no password';
}

async function passwd(
  login: string,
  flags: DatabaseFlags & { passwordStdin?: boolean; revokeKeys?: boolean },
): Promise<void> {
  const user = await withAccounts(flags, async (run) => {
    // A wrong login is reported before the password is asked for.
    await run('getUser', { login });
    const password = await newPassword(flags.passwordStdin ?? false);
    return run('setPassword', { login, password, revokeKeys: flags.revokeKeys });
  });
  printUser(user, `set the password of ${user.login} and ended its sessions`);
}

async function resetFactors(login: string, flags: DatabaseFlags): Promise<void> {
  const user = await withAccounts(flags, (run) => run('resetFactors', { login }));
  printUser(user, `${user.login} signs in with only the password until it adds a second factor`);
}

async function remove(login: string, flags: DatabaseFlags): Promise<void> {
  const user = await withAccounts(flags, (run) => run('removeUser', { login }));
  printUser(user, `removed ${user.login}`);
}

async function disable(login: string, flags: DatabaseFlags, disabled: boolean): Promise<void> {
  const user = await withAccounts(flags, (run) => run('setDisabled', { login, disabled }));
  printUser(user, `${disabled ? 'disabled' : 'enabled'} ${user.login}`);
}

function printUser(user: UserRecord, line: string): void {
  printResult(userResource(user), () => say(line));
}
