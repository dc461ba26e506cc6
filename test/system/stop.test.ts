import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { simulate } from '../../src/simulate/simulate.ts';
import { FeedServer } from '../support/feed-server.ts';
import { LoopbackStores } from '../support/loopback-stores.ts';
import { TestPostgres } from '../support/postgres.ts';
import { childrenOf, type Running, run, serve, start } from '../support/process.ts';
import { result, trigger } from '../support/requests.ts';

const END = Date.parse('2023-01-25T18:00:00Z');
/** A program that has not ended after so many milliseconds has not stopped by itself. */
const HANGS = 120_000;

/** Sends SIGTERM and waits until the program has ended by itself. */
async function stop(program: Running): Promise<void> {
  const ended = program.end('SIGTERM').then(() => true);
  const hangs = new AbortController();
  const inTime = await Promise.race([ended, sleep(HANGS, false, { signal: hangs.signal })]);
  hangs.abort();
  assert.ok(inTime, `it does not stop:\n${program.output().slice(-2_000)}`);
}

suite('a stop request', { timeout: 600_000 }, () => {
  let postgres: TestPostgres;
  let folder = '';
  const file = (name: string) => join(folder, 'fleet', name);

  before(async () => {
    postgres = await TestPostgres.start({ own: true });
    folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
    await simulate({ stores: 6_000, days: 8, seed: 2, end: END, out: join(folder, 'fleet'), parquet: false });
  });
  after(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const upload = async (url: string, path: string): Promise<string> => {
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    const answer = await fetch(`${url}/api/v1/imports?feed=polls`, init);
    assert.equal(answer.status, 202, await answer.clone().text());
    return ((await answer.json()) as { id: string }).id;
  };
  const importOf = async (url: string, id: string) =>
    (await (await fetch(`${url}/api/v1/imports/${id}`)).json()) as { status: string };

  test('ends a server with a report, an import, a sync, streams and an upload while PostgreSQL is stopped; the next start continues them', async (t) => {
    const url = await postgres.createDatabase();
    const seeded = await run(folder, ['import', '--polls', file('store_status.csv'), '--database', url]);
    assert.equal(seeded.code, 0, seeded.stderr);
    const slow = await FeedServer.open(t);
    slow.hanging = true;
    const args = ['--database', url, '--uploads-dir', 'uploads', '--results-dir', 'results'];
    const sources = { SYNC_POLLS: slow.url, SYNC_CRON: '0 0 1 1 *' };
    const server = start(t, folder, ['serve', '--port', '0', ...args], sources);
    const [, address = ''] = await server.says(/Server listening at (http:\/\/[\d.:]+)/);

    const reports = await Promise.all(
      ['2023-01-25T12:00:00Z', '2023-01-24T12:00:00Z', '2023-01-23T12:00:00Z'].map((asOf) => trigger(address, asOf)),
    );
    const imported = await upload(address, file('store_status.csv'));
    while (slow.authorizations.length === 0) await sleep(5);
    const events = await fetch(`${address}/api/v1/imports/${imported}/events`);
    const { port, hostname } = new URL(address);
    const unfinished = connect(Number(port), hostname).on('error', () => {});
    unfinished.write(
      'POST /api/v1/imports?feed=polls HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nstore',
    );
    while ((await importOf(address, imported)).status === 'queued') await sleep(5);

    postgres.freeze();
    try {
      await stop(server);
    } finally {
      postgres.thaw();
    }
    await events.body?.cancel().catch(() => {});
    unfinished.destroy();

    const next = await serve(t, folder, ...args);
    for (const id of reports) assert.match(await result(next.url, id), /^store_id,uptime_last_hour/);
    let { status } = await importOf(next.url, imported);
    while (status === 'queued' || status === 'running') {
      await sleep(50);
      ({ status } = await importOf(next.url, imported));
    }
    assert.equal(status, 'complete');
    assert.equal(await next.end('SIGTERM'), 0);
  });

  test('ends an import that waits for a lock of PostgreSQL, and returns it to the queue', async (t) => {
    const url = await postgres.createDatabase();
    const args = ['--database', url, '--uploads-dir', 'uploads-locked'];
    const server = await serve(t, folder, ...args);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    t.after(() => other.end());
    await other.query('begin; lock table polls in exclusive mode');
    const id = await upload(server.url, file('store_status.csv'));
    while ((await importOf(server.url, id)).status === 'queued') await sleep(5);
    await sleep(1_000);
    assert.equal(await server.end('SIGTERM'), 0, server.output());
    const { rows } = await other.query('select status, attempts from imports');
    assert.deepEqual(rows, [{ status: 'queued', attempts: 0 }]);
  });

  test('ends the commands poll and sync, also while PostgreSQL is stopped', async (t) => {
    const url = await postgres.createDatabase();
    const stores = await LoopbackStores.open(t, 20);
    const zones = ['import', '--timezones', stores.writeZones(folder), '--database', url];
    assert.equal((await run(folder, zones)).code, 0);
    const poll = start(t, folder, ['poll', '--database', url], {
      ...{ ...stores.environment, POLL_INTERVAL: '1m', POLLS_DIR: 'polls' },
    });
    await poll.says(/polling each store every minute/);
    const slow = await FeedServer.open(t);
    slow.hanging = true;
    const syncing = async () => {
      const before = slow.authorizations.length;
      const sync = start(t, folder, ['sync', '--database', url], { SYNC_POLLS: slow.url });
      while (slow.authorizations.length === before) await sleep(20);
      return sync;
    };
    const interrupted = await syncing();
    assert.equal(await interrupted.end('SIGTERM'), 1);
    assert.match(interrupted.output(), /error: stopped by SIGTERM; the next sync reads the rest/);
    // Its lease is released.
    const sync = await syncing();
    postgres.freeze();
    try {
      await Promise.all([stop(poll), stop(sync)]);
    } finally {
      postgres.thaw();
    }
  });

  test('ends a server that is PID 1, as in a container, where a signal alone has no effect', async (t) => {
    const unshare = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
    if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return t.skip('this system has no PID namespaces');
    const source = fileURLToPath(new URL('../../src/', import.meta.url));
    const script = join(folder, 'first.mts');
    writeFileSync(
      script,
      `import { listenToSignals, onSignal } from '${source}cli/signals.ts';
      listenToSignals();
      onSignal(() => console.log('stopping'));
      setInterval(() => {}, 1_000);
      console.log('running as ' + process.pid);`,
    );
    const args = [...unshare, process.execPath, '--import', 'tsx', script];
    const outer = spawn('unshare', args, { cwd: fileURLToPath(new URL('../../', import.meta.url)) });
    t.after(() => outer.kill('SIGKILL'));
    let output = '';
    const says = async (text: string) => {
      while (!output.includes(text)) await Promise.race([once(outer.stdout, 'data'), once(outer, 'exit')]);
    };
    outer.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await says('running as 1\n');
    const [inner] = childrenOf(Number(outer.pid));
    assert.ok(inner !== undefined, 'the process in the namespace is a child');
    process.kill(inner, 'SIGTERM');
    await says('stopping');
    const [code] = await once(outer, 'exit', { signal: AbortSignal.timeout(HANGS) });
    assert.equal(code, 143);
  });

  test('ends a program whose database is stuck, and a second one ends it at once', async (t) => {
    const source = fileURLToPath(new URL('../../src/', import.meta.url));
    const script = join(folder, 'stuck.mts');
    writeFileSync(
      script,
      `import { Database } from '${source}duckdb/database.ts';
      import { listenToSignals, onSignal } from '${source}cli/signals.ts';
      const session = await (await Database.inMemory()).session();
      listenToSignals();
      onSignal(() => console.log('stopping'));
      session.run('select sum(a.range * b.range) from range(10000000) a, range(10000000) b').catch(() => {});
      setInterval(() => {}, 1_000);
      console.log('running');`,
    );
    for (const signals of [['SIGTERM'], ['SIGTERM', 'SIGTERM']] as const) {
      const child = spawn(process.execPath, ['--import', 'tsx', script], {
        cwd: fileURLToPath(new URL('../../', import.meta.url)),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      t.after(() => child.kill('SIGKILL'));
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
      });
      const begun = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]);
      assert.ok(begun, errors);
      for (const signal of signals) {
        child.kill(signal);
        if (signals.length > 1) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      }
      const hangs = AbortSignal.timeout(HANGS);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit', { signal: hangs });
      if (signals.length === 1) {
        assert.equal(child.signalCode, 'SIGTERM');
        assert.match(errors, /^error: did not stop within 18 s of SIGTERM/);
      } else assert.equal(child.exitCode, 143);
    }
  });
});
