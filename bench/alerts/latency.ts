import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { createServer } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/config.ts';
import { merge } from '../../test/support/staging.ts';
import { median, quantile } from '../measure.ts';
import type { Sizes } from './sizes.ts';

/** The time from when a poll is stored until a message that names its store is at the receiver. */
export interface Latency {
  readonly stores: number;
  readonly outages: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
}

/** Milliseconds between two requests with polls, and the active polls of each beside an inactive one. */
const PAUSE = 250;
const OTHERS = 3;
/** How long the last messages may take, milliseconds. */
const PATIENCE = 60_000;

/**
 * A server takes in the polls of a fleet as they come: a store goes down in each request. The rule sends a message at
 * the first inactive poll, without waiting for more stores.
 */
export async function measureLatency({ stores, outages }: Sizes['latency']): Promise<Latency> {
  const arrived = new Map<string, number>();
  const receiver = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const at = performance.now();
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { stores: { store_id: string }[] } };
      for (const { store_id: id } of data.stores) if (!arrived.has(id)) arrived.set(id, at);
      response.end('{}');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'bench-alerts-'));
  const storage = await openStorage(IN_MEMORY);
  const ids = Array.from({ length: stores }, (_, i) => `s${i}`);
  const now = Date.now();
  await merge(storage, {
    stores: ids.map((id) => ({ id })),
    polls: ids.map((id) => [id, now - 60_000, true] as const),
  });
  const config = loadConfig({
    ...{ LOG_LEVEL: 'error', RATE_LIMIT: '0', PORT: '0', POLL_INTERVAL: '1h' },
    ...{ NOTIFY_ALLOW_PRIVATE: '127.0.0.0/8', SECRET_KEY: randomBytes(24).toString('base64') },
  });
  const folders = { resultsDir: join(folder, 'results'), uploadsDir: join(folder, 'uploads') };
  const server = await createServer({ ...config, database: IN_MEMORY, ...folders }, storage);
  try {
    const url = await server.listen();
    await addRule(url, `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`);
    const stored = new Map<string, number>();
    for (let i = 0; i < outages; i++) {
      const id = ids[i] as string;
      const others = ids.slice(outages + i * OTHERS, outages + (i + 1) * OTHERS);
      const timestamp_utc = new Date().toISOString();
      const { rejected } = await post<{ rejected: number }>(`${url}/api/v1/polls`, {
        polls: [id, ...others].map((store_id) => ({
          ...{ store_id, timestamp_utc },
          status: store_id === id ? 'inactive' : 'active',
        })),
      });
      if (rejected > 0) throw new Error(`${rejected} of the polls were rejected`);
      stored.set(id, performance.now());
      await sleep(PAUSE);
    }
    for (const end = performance.now() + PATIENCE; arrived.size < outages && performance.now() < end; ) await sleep(50);
    const times = [...stored].map(([id, at]) => (arrived.get(id) ?? Number.POSITIVE_INFINITY) - at);
    return { stores, outages, median: median(times), p99: quantile(times, 0.99) };
  } finally {
    await server.close();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function addRule(url: string, receiver: string): Promise<void> {
  const settings = { url: receiver, secret: `whsec_${randomBytes(24).toString('base64')}` };
  const point = { name: 'Bench', team: true, channel: 'webhook', settings };
  const { contact_point_id } = await post<{ contact_point_id: string }>(`${url}/api/v1/contact-points`, point);
  await post(`${url}/api/v1/alert-rules`, {
    ...{ name: 'First inactive poll', interval_minutes: 0, opening_grace_minutes: 0, near_close_minutes: 0 },
    condition: { kind: 'inactive_polls', polls: 1, polls_with_reason: 1 },
    steps: [{ after_minutes: 0, contact_points: [contact_point_id], owners: false }],
  });
}

async function post<T>(url: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
