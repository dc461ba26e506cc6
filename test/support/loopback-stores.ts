import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { offsetOf } from '../../src/intake/prober/slots.ts';

/** Milliseconds until an answer: so much is always under way that a kill finds something. */
const DELAY = 150;
const DAY = 86_400_000;
/** No test takes so long. */
const QUIET = 15 * 60_000;

/** A web server that plays stores for other processes, each on a host of its own: store `7.19` is at `127.0.7.19`. */
export class LoopbackStores {
  readonly ids: readonly string[];
  /** When each store was asked. */
  readonly requests = new Map<string, number[]>();
  /** Stores that say that they are closed. */
  readonly closed = new Set<string>();
  readonly #port: number;

  private constructor(ids: readonly string[], port: number) {
    this.ids = ids;
    this.#port = port;
  }

  static async open(t: TestContext, stores: number): Promise<LoopbackStores> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    // Any loopback address leads here.
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const loopbackStores = new LoopbackStores(quietIds(stores), (server.address() as AddressInfo).port);
    server.on('request', (request, response) => {
      const id = String(request.url).slice(1);
      loopbackStores.requests.set(id, [...(loopbackStores.requests.get(id) ?? []), Date.now()]);
      setTimeout(() => response.end(`{"open":${!loopbackStores.closed.has(id)}}`), DELAY);
    });
    return loopbackStores;
  }

  /** What tells a poller to poll this loopbackStores. */
  get environment(): Record<string, string> {
    return {
      PROBE_URL: `http://127.0.{store_id}:${this.#port}/{store_id}`,
      ...{ PROBE_ALLOW_PRIVATE: '127.0.0.0/8', PROBE_TIMEOUT: '2s', PROBE_POINTER: '/open', PROBE_ACTIVE: 'true' },
    };
  }

  /** A feed that makes the stores known. */
  writeZones(folder: string): string {
    const file = join(folder, 'zones.csv');
    writeFileSync(file, `store_id,timezone_str\n${this.ids.map((id) => `${id},UTC\n`).join('')}`);
    return file;
  }
}

/** Ids of stores none of which is due for a while when each is polled once a day. */
function quietIds(stores: number): string[] {
  const now = Date.now() % DAY;
  const ids: string[] = [];
  for (let i = 0; ids.length < stores; i++) {
    const id = `${1 + (i >> 7)}.${1 + (i & 127)}`;
    const wait = (offsetOf(id, DAY) - now + DAY) % DAY;
    if (wait > QUIET) ids.push(id);
  }
  return ids;
}
