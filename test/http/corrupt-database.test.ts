import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const [STORES, POLLS] = [60, 900];

/** Three headers, then the blocks. */
const HEADER = 4_096;
const FIRST_BLOCK = 3 * HEADER;
const BLOCK = 262_144;

async function madeDatabase(path: string): Promise<void> {
  const storage = await DuckdbStorage.open(path);
  // Instants without a pattern, so that they fill several blocks.
  let seed = 1;
  const next = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  const polls = Array.from(
    { length: STORES * POLLS },
    (_, i) => [`store-${i % STORES}`, T - (next() % 604_800_000), next() % 3 > 0] as const,
  );
  await merge(storage, { polls });
  await storage.close();
}

/** Flips bits in some bytes. */
function damage(path: string, at: number): void {
  const file = openSync(path, 'r+');
  const bytes = Buffer.alloc(16);
  readSync(file, bytes, 0, bytes.length, at);
  writeSync(
    file,
    bytes.map((byte) => byte ^ 0x5a),
    0,
    bytes.length,
    at,
  );
  closeSync(file);
}

/** The CSV of a new report; `undefined`: it failed. */
async function report(server: TestServer): Promise<string | undefined> {
  const payload = { as_of: new Date(T).toISOString() };
  const answer = await server.app.inject({ method: 'POST', url: '/trigger_report', payload });
  assert.equal(answer.statusCode, 200, answer.body);
  const { statusCode, body } = await server.finished(answer.json().report_id);
  return statusCode === 200 && body.startsWith('store_id') ? body : undefined;
}

async function started(t: TestContext, path: string): Promise<TestServer> {
  return testServer(t, { database: { engine: 'duckdb', path } });
}

test('a damaged file is refused, or what reads the damage fails and is in /readyz, or the figures are right', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'sound.duckdb');
  await madeDatabase(path);
  const places = [HEADER / 2, HEADER + 100, 2 * HEADER + 100];
  for (let at = FIRST_BLOCK + BLOCK / 2; at < statSync(path).size; at += BLOCK) places.push(at);
  const copyOf = (name: string) => {
    const copy = join(folder, `${name}.duckdb`);
    copyFileSync(path, copy);
    return copy;
  };
  const sound = await report(await started(t, copyOf('first')));
  assert.match(sound ?? '', /^store-0,/m);
  const outcomes = { refused: 0, failed: 0, right: 0 };
  for (const place of places) {
    const copy = copyOf(`damaged-${place}`);
    damage(copy, place);
    let server: TestServer;
    try {
      server = await started(t, copy);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'unavailable', `byte ${place}: ${error}`);
      assert.match(String(error), /damaged-\d+\.duckdb/);
      outcomes.refused++;
      continue;
    }
    const found = await report(server);
    const readiness = (await server.app.inject('/readyz')).body;
    if (found === undefined) {
      outcomes.failed++;
      assert.match(readiness, /the last report could not be completed|the database cannot be/, `byte ${place}`);
    } else {
      outcomes.right++;
      assert.equal(found, sound, `byte ${place}`);
    }
  }
  t.diagnostic(JSON.stringify(outcomes));
  assert.ok(outcomes.refused > 0, JSON.stringify(outcomes));
  assert.ok(outcomes.failed > 0, JSON.stringify(outcomes));
});
