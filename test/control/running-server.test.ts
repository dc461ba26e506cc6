import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openServerStorage } from '../../src/compose/storages.ts';
import { createServer } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import { RunningServer } from '../../src/control/client.ts';
import type { Endpoint } from '../../src/control/endpoint.ts';
import { ControlListener } from '../../src/control/listener.ts';
import type { Reject } from '../../src/intake/feeds/list-rejects.ts';
import { abortable } from '../../src/lib/abort.ts';
import type { OperationContext, OperationIo } from '../../src/operations/operation.ts';
import { PASSWORD } from '../support/accounts.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A listening server with a DuckDB file, and its log. */
async function serverOn(t: TestContext, folder = temporaryFolder(t), trustedProxies: readonly string[] = []) {
  const database = join(folder, 'monitor.duckdb');
  const config = {
    ...loadConfig({ DATABASE_URL: database, PORT: '0', RATE_LIMIT: '1' }),
    ...{ resultsDir: join(folder, 'results'), uploadsDir: join(folder, 'uploads'), trustedProxies },
  };
  const lines = new PassThrough();
  const log = text(lines);
  const storage = await openServerStorage(config);
  const server = await createServer(config, storage, { log: pino({ level: 'trace' }, lines) });
  const url = await server.listen();
  let closed: Promise<string> | undefined;
  const close = () => {
    closed ??= server.close().then(() => {
      lines.end();
      return log;
    });
    return closed;
  };
  t.after(close);
  return { database, url, server, close, folder };
}

/** What an operation exchanges while it runs, and what it got. */
function recorded(files: readonly string[] = []) {
  const got = { rejects: [] as Reject[], progress: [] as string[], output: '' };
  const io: OperationIo = {
    files,
    signal: new AbortController().signal,
    progress: (what) => got.progress.push(what),
    reject: async (reject) => {
      got.rejects.push(reject);
    },
    write: async (chunk) => {
      got.output += Buffer.from(chunk).toString('utf8');
    },
  };
  return { io, got };
}

function endpointOf(database: string): Endpoint {
  return JSON.parse(readFileSync(`${database}.control`, 'utf8')) as Endpoint;
}

async function found(database: string): Promise<RunningServer> {
  const server = await RunningServer.find(database);
  assert.ok(server !== undefined, 'the server is found');
  return server;
}

/** The status of a request to the control address of a server. */
async function asked(
  database: string,
  { path = '/operations/listUsers', method = 'POST', headers = {} }: Record<string, unknown>,
): Promise<number | undefined> {
  const { address } = endpointOf(database);
  const where = 'socket' in address ? { socketPath: `${database}.sock` } : address;
  const made = request({ ...where, path, method, headers, agent: false } as object);
  made.end();
  const [response] = (await once(made, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

test('a user added through the endpoint file exists at once, and the token is in no log', async (t) => {
  const { database, url, close } = await serverOn(t);
  assert.equal(statSync(`${database}.control`).mode & 0o777, 0o600);
  assert.equal(statSync(`${database}.sock`).mode & 0o777, 0o600);
  assert.equal((await fetch(`${url}/api/v1/stores`)).status, 200, 'open without users');
  const server = await found(database);
  const { io } = recorded();
  const user = { login: 'Anna', role: 'admin', stores: [], password: PASSWORD } as const;
  assert.equal((await server.run('addUser', user, io)).user.login, 'anna');
  assert.equal((await fetch(`${url}/api/v1/stores`)).status, 401);
  await assert.rejects(server.run('addUser', user, io), { code: 'conflict', message: 'login anna is already taken' });
  await assert.rejects(server.run('addUser', { ...user, password: 'short' }, io), { field: 'password' });
  // The rate limit of the API is one request a minute.
  assert.equal((await server.run('listUsers', {}, io)).length, 1);
  const { token } = endpointOf(database);
  const log = await close();
  assert.match(log, /"operation":"addUser"/);
  assert.ok(!log.includes(token) && !log.includes(PASSWORD), 'no secret is logged');
  assert.deepEqual(
    readdirSync(join(database, '..')).filter((name) => /control|sock/.test(name)),
    [],
    'nothing is left behind',
  );
  assert.equal(await RunningServer.find(database), undefined);
});

test('without the token, with a wrong one or on the public address nothing is run', async (t) => {
  const { database, url } = await serverOn(t, undefined, ['127.0.0.1/32']);
  const { token } = endpointOf(database);
  const wrong = [
    {},
    { authorization: 'Bearer x' },
    { authorization: `Bearer ${token.slice(1)}` },
    { authorization: token },
  ];
  for (const headers of wrong) assert.equal(await asked(database, { headers }), 401);
  const authorization = `Bearer ${token}`;
  assert.equal(await asked(database, { headers: { authorization }, path: '/operations/toString' }), 404);
  assert.equal(await asked(database, { headers: { authorization }, method: 'GET' }), 404);
  assert.equal(await asked(database, { path: '/hello', method: 'GET' }), 400, 'no challenge');
  const forwarded = { authorization: 'Bearer x', 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' };
  assert.equal(await asked(database, { headers: forwarded }), 401);
  const outside = await fetch(`${url}/operations/listUsers`, { method: 'POST', headers: { authorization } });
  assert.equal(outside.status, 404);
  const { io } = recorded();
  const user = { login: 'anna', role: 'admin', stores: [], password: PASSWORD } as const;
  await (await found(database)).run('addUser', user, io);
  assert.equal((await fetch(`${url}/api/v1/stores`, { headers: { authorization } })).status, 401, 'not an API key');
});

test('an import through a server reads files of the caller, and reports bad rows and progress', async (t) => {
  const { database, url, folder } = await serverOn(t);
  const file = join(folder, 'mine.csv');
  writeFileSync(file, 'store_id,status,timestamp_utc\na,active,2023-01-22 12:00:00 UTC\nb,shut,2023-01-22 12:00 UTC\n');
  const server = await found(database);
  const { io, got } = recorded([file]);
  const args = { sources: [{ feed: 'polls', label: 'mine.csv' }], strict: false, maxBadShare: 1 } as const;
  const dry = await server.run('importFeeds', { ...args, dryRun: true }, recorded([file]).io);
  assert.deepEqual([dry.summaries[0]?.added, dry.summaries[0]?.rejected], [1, 1]);
  const known = async () => ((await (await fetch(`${url}/api/v1/stores`)).json()) as { items: unknown[] }).items.length;
  assert.equal(await known(), 0, 'a dry run changes nothing');
  const { summaries } = await server.run('importFeeds', args, io);
  assert.deepEqual([summaries[0]?.file, summaries[0]?.added, summaries[0]?.rejected], ['mine.csv', 1, 1]);
  assert.deepEqual([got.rejects[0]?.file, got.rejects[0]?.line], ['mine.csv', 3]);
  assert.ok(got.progress.includes('reading mine.csv'), 'progress is reported');
  await assert.rejects(
    server.run('importFeeds', { ...args, strict: true }, io),
    /mine\.csv line 3.*nothing was imported/,
  );
  assert.deepEqual(readdirSync(join(folder, 'uploads', 'commands')), [], 'its copy is removed');
  const report = recorded();
  const written = await server.run('writeReport', { format: 'csv' }, report.io);
  assert.equal(written.stores, 1);
  assert.match(report.got.output, /^store_id,uptime_last_hour[^\n]*\na,/);
  assert.equal(await known(), 1, 'the server knows the new store at once');
});

test('a defect in the server is an internal error, which its log describes', async (t) => {
  const { database, close } = await serverOn(t);
  const run = (await found(database)).run('writeReport', { asOf: 0, format: 'none' as never }, recorded().io);
  await assert.rejects(run, /^Error: an internal error/);
  assert.match(await close(), /command-line operation failed/);
});

test('what a killed server left behind, or a copy of its folder, is no server', async (t) => {
  const { database, folder, close } = await serverOn(t);
  const copy = join(temporaryFolder(t), 'copy');
  mkdirSync(copy);
  for (const name of ['monitor.duckdb', 'monitor.duckdb.control']) cpSync(join(folder, name), join(copy, name));
  assert.equal(await RunningServer.find(join(copy, 'monitor.duckdb')), undefined, 'another file');
  const left = readFileSync(`${database}.control`);
  await close();
  writeFileSync(`${database}.control`, left);
  assert.equal(await RunningServer.find(database), undefined, 'nobody listens');
  writeFileSync(`${database}.control`, '{');
  assert.equal(await RunningServer.find(database), undefined, 'cut off');
  const again = await serverOn(t, folder);
  assert.ok(await RunningServer.find(again.database), 'the next server replaces it');
});

test('another program at the address of a killed server gets no request', async (t) => {
  const folder = temporaryFolder(t);
  const database = join(folder, 'monitor.duckdb');
  writeFileSync(database, '');
  const seen: string[] = [];
  let answer = '{"version":"0.1.0","proof":"guessed"}';
  const other = createHttpServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`);
    response.end(answer);
  }).listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const inode = String(statSync(database, { bigint: true }).ino);
  const endpoint = { version: '0.1.0', pid: 1, inode, token: 'hush', address: { host: '127.0.0.1', port } };
  writeFileSync(`${database}.control`, JSON.stringify(endpoint));
  assert.equal(await RunningServer.find(database), undefined);
  answer = '<html>';
  assert.equal(await RunningServer.find(database), undefined);
  assert.ok(seen.length === 2 && seen.every((line) => /^GET \/hello/.test(line)), 'only greeted');
  assert.doesNotMatch(seen.join(), /hush/);
});

/** A listener with an operation that the test ends. */
async function listenerOn(t: TestContext, database: string, context: Partial<OperationContext> = {}) {
  writeFileSync(database, '');
  const listener = new ControlListener({
    database,
    spoolFolder: `${database}.spool`,
    context: context as OperationContext,
    log: pino({ level: 'silent' }),
  });
  await listener.open();
  t.after(() => listener.stop());
  return listener;
}

test('a path that is too long for a socket gets a loopback port, for which the token is needed as well', async (t) => {
  const folder = join(temporaryFolder(t), 'x'.repeat(90));
  mkdirSync(folder);
  const database = join(folder, 'monitor.duckdb');
  const invariants = [{ name: 'one', broken: 0 }];
  const storage = { invariants: async () => invariants } as unknown as OperationContext['storage'];
  await listenerOn(t, database, { storage });
  assert.equal(existsSync(`${database}.sock`), false);
  assert.match(JSON.stringify(endpointOf(database).address), /"host":"127\.0\.0\.1"/);
  assert.equal(await asked(database, {}), 401);
  assert.deepEqual(await (await found(database)).run('checkDatabase', {}, recorded().io), invariants);
});

test('a server that stops ends the operations under way', async (t) => {
  const database = join(temporaryFolder(t), 'monitor.duckdb');
  const begun = new PassThrough();
  const syncs = (signal: AbortSignal) => ({
    run: () => {
      begun.end();
      return abortable(new Promise<never>(() => {}), signal);
    },
  });
  const config = { sync: { sources: [{}] } } as unknown as OperationContext['config'];
  const listener = await listenerOn(t, database, { syncs, config });
  const run = (await found(database)).run('syncSources', {}, recorded().io);
  const ended = assert.rejects(run, { code: 'unavailable', message: /the server is stopping/ });
  await once(begun.resume(), 'end');
  await listener.stop();
  await ended;
});

test('a caller that goes away in the middle of its output holds up neither the operation nor the stop', async (t) => {
  const database = join(temporaryFolder(t), 'monitor.duckdb');
  const chunk = Buffer.alloc(1_000_000);
  let ended = () => {};
  const cleaned = new Promise<void>((resolve) => {
    ended = resolve;
  });
  async function* backup() {
    try {
      for (;;) yield chunk;
    } finally {
      ended();
    }
  }
  const listener = await listenerOn(t, database, { backup });
  const { io } = recorded();
  const full = { ...io, write: async () => Promise.reject(new Error('the disk is full')) };
  await assert.rejects((await found(database)).run('writeBackup', {}, full), /the disk is full/);
  await cleaned;
  await listener.stop();
});

test('a server of another version is not used', async (t) => {
  const database = join(temporaryFolder(t), 'monitor.duckdb');
  const { createHmac } = await import('node:crypto');
  const other = createHttpServer(({ headers }, response) => {
    const proof = createHmac('sha256', 'hush').update(`server\n${headers['x-challenge']}`).digest('base64url');
    response.end(JSON.stringify({ version: '9.9.9', proof }));
  }).listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  writeFileSync(database, '');
  const inode = String(statSync(database, { bigint: true }).ino);
  const endpoint = { version: '9.9.9', pid: 7, inode, token: 'hush', address: { host: '127.0.0.1', port } };
  writeFileSync(`${database}.control`, JSON.stringify(endpoint));
  const message = /\(PID 7\) has version 9\.9\.9 of the program.*restart the server first/;
  await assert.rejects(RunningServer.find(database), { code: 'conflict', message });
});
