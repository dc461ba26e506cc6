import assert from 'node:assert/strict';
import { copyFileSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const REPLACED = { code: 'unavailable', message: /monitor\.duckdb was replaced or removed while it is open/ };

test('a server whose database file was replaced or removed acknowledges nothing and is not ready', async (t) => {
  const path = join(temporaryFolder(t), 'monitor.duckdb');
  const first = await DuckdbStorage.open(path);
  await merge(first, { polls: [['a', T, true]] });
  await first.close();
  const copy = `${path}.copy`;
  copyFileSync(path, copy);
  const server = await testServer(t, { database: { engine: 'duckdb', path } });
  const send = async (minute: number) => {
    const polls = [{ store_id: 'a', status: 'active', timestamp_utc: new Date(T + minute * 60_000).toISOString() }];
    const answer = await server.app.inject({ method: 'POST', url: '/api/v1/polls', payload: { polls } });
    return answer.statusCode;
  };
  assert.equal(await send(1), 200);
  const original = `${path}.original`;
  linkSync(path, original);
  for (const replace of [() => renameSync(copy, path), () => rmSync(path)]) {
    replace();
    const { mtimeMs } = statSync(original);
    assert.equal(await send(2), 503);
    await assert.rejects(server.storage.prune(0), REPLACED);
    await assert.rejects(server.storage.checkWrite(T), REPLACED);
    const ready = await server.app.inject('/readyz');
    assert.equal(ready.statusCode, 503);
    assert.match(ready.body, /was replaced or removed while it is open/);
    assert.equal(ready.body.includes(path), false, 'no path is shown');
    assert.equal(statSync(original).mtimeMs, mtimeMs, 'no checkpoint was written');
  }
  linkSync(original, path);
  assert.equal(await send(2), 200);
  assert.equal((await server.app.inject('/readyz')).statusCode, 200);
});
