import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Argument, Command, Option } from 'commander';
import { pino } from 'pino';
import { type Failure, failureOf } from '../../src/cli/failure.ts';
import { createProgram } from '../../src/cli/program.ts';
import { openServerStorage } from '../../src/compose/storages.ts';
import { createServer } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import { WriteChecks } from '../../src/health/write-checks.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Right values for what a command requires, by the names in angle brackets. */
const RIGHT: Readonly<Record<string, string>> = {
  ...{
    login: 'anna',
    name: 'k',
    scopes: 'stores:read',
    role: 'owner',
    id: '8e03978e-40d5-43e8-bc93-6894a57f9324',
    shell: 'bash',
  },
  ...{ text: 'why', days: '400d', folder: 'out', backup: 'out', url: 'new.duckdb', files: 'polls.csv' },
};

/** Commands that need more than what commander requires. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  import: ['--polls', 'polls.csv'],
  'user add': ['--no-password'],
  'downtime add': ['--all-stores', '--to', new Date(Date.now() + 86_400_000).toISOString()],
};

/** Values that no option of such a name takes; a file or folder can have any name, and a text can say anything. */
function senseless(name: string): string[] {
  if (/^(files?|folder|backup|text)$/.test(name)) return ['', ' '];
  return name === 'url' ? ['', ' ', 'mysql://db/x'] : ['', ' ', '\u0007'];
}

interface Case {
  readonly args: readonly string[];
  /** The option or argument whose value is wrong. */
  readonly wrong: string;
}

/** Every option and argument of every command with every senseless value, and what else the command requires. */
function casesOf(command: Command, path: readonly string[] = []): Case[] {
  if (command.commands.length > 0) return command.commands.flatMap((sub) => casesOf(sub, [...path, sub.name()]));
  const options = command.options.filter(({ required, optional }) => required || optional);
  const lineWith = (wrong?: Option | Argument, value = '') => [
    ...path,
    ...command.registeredArguments.flatMap((argument) => {
      if (argument === wrong) return [value];
      return argument.required ? [rightFor(argument.name())] : [];
    }),
    ...(MORE[path.join(' ')] ?? []),
    ...options.filter((one) => one.mandatory && one !== wrong).flatMap((one) => [flag(one), rightFor(nameOf(one))]),
    // An option that takes several values takes all that follow.
    ...(wrong !== undefined && 'mandatory' in wrong ? [flag(wrong), value] : []),
  ];
  return [
    { args: [...lineWith(), '--no-such-option'], wrong: '--no-such-option' },
    ...(command.registeredArguments.length > 0
      ? []
      : [{ args: [...path, 'excess', ...lineWith().slice(path.length)], wrong: 'arguments' }]),
    ...options.flatMap((option) =>
      senseless(nameOf(option)).map((value) => ({ args: lineWith(option, value), wrong: flag(option) })),
    ),
    ...command.registeredArguments.flatMap((argument) =>
      senseless(argument.name()).map((value) => ({ args: lineWith(argument, value), wrong: argument.name() })),
    ),
  ];
}

function flag({ long }: Option): string {
  return String(long);
}

/** `file` of `--out <file>` */
function nameOf({ flags }: Option): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';
}

function rightFor(name: string): string {
  const value = RIGHT[name];
  assert.ok(value !== undefined, `a right value for <${name}>`);
  return value;
}

/** Runs a command in this process; `undefined`: it succeeds. */
async function failureFrom(args: readonly string[]): Promise<Failure | undefined> {
  try {
    await createProgram().parseAsync(['node', 'restaurant-monitor', ...args]);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

/** In a folder with one file to import. */
function workIn(t: TestContext, database: string): string {
  const folder = temporaryFolder(t);
  const before = process.cwd();
  process.chdir(folder);
  process.env.DATABASE_URL = join(folder, database);
  t.after(() => {
    process.chdir(before);
    delete process.env.DATABASE_URL;
  });
  t.mock.method(process.stderr, 'write', () => true);
  writeFileSync('polls.csv', 'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\n');
  return folder;
}

async function checkAll(t: TestContext): Promise<void> {
  const cases = casesOf(createProgram());
  assert.ok(cases.length > 200, `all commands are tried: ${cases.length} command lines`);
  for (const { args, wrong } of cases) {
    await t.test(JSON.stringify(args), async () => {
      const failure = await failureFrom(args);
      assert.deepEqual([failure?.exitCode, failure?.code], [2, 'usage'], failure?.message);
      assert.ok(failure?.message.includes(wrong), `it names ${wrong}: ${failure?.message}`);
    });
  }
}

test('every option and argument of every command refuses senseless values, and nothing is done', async (t) => {
  const folder = workIn(t, 'none/monitor.duckdb');
  await checkAll(t);
  assert.deepEqual(readdirSync(folder), ['polls.csv']);
});

test('the same beside a running server', async (t) => {
  const folder = workIn(t, 'data/monitor.duckdb');
  // Its own small writes are files that come and go.
  t.mock.method(WriteChecks.prototype, 'start', () => {});
  mkdirSync('data');
  const config = loadConfig({ DATABASE_URL: process.env.DATABASE_URL, PORT: '0' });
  const server = await createServer(config, await openServerStorage(config), { log: pino({ level: 'silent' }) });
  t.after(() => server.close());
  await server.listen();
  const found = () => readdirSync(folder, { recursive: true }).sort();
  const before = found();
  await checkAll(t);
  assert.deepEqual(found(), before);
  const { items } = await server.accounts.audit.list({}, { limit: 1 });
  assert.deepEqual(items, []);
  assert.equal(await server.operations.storage.snapshot((snapshot) => snapshot.latestPoll()), undefined);
});
