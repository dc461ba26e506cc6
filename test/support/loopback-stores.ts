import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { offsetOf } from '../../src/intake/prober/slots.ts';

/** Delay of each response in milliseconds, so that a kill always interrupts some probes. */
const DELAY = 150;
const DAY = 86_400_000;
/** Longer than any test, in milliseconds. */
const QUIET = 15 * 60_000;

/** A web server that simulates stores for other processes. Each has its own host: store `7.19` is at `127.0.7.19`. */
export class LoopbackStores {
  readonly ids: readonly string[];
  /** The times of the requests to each store. */
  readonly requests = new Map<string, number[]>();
  /** Stores that respond that they are closed. */
  readonly closed = new Set<string>();
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  /** Requests without a response so far. */
  readonly #waiting: (() => void)[] = [];
  #answered = 0;
  #limit = Number.POSITIVE_INFINITY;

  private constructor(ids: readonly string[], port: number) {
    this.ids = ids;
    this.#port = port;
  }

  static async open(t: TestContext, stores: number): Promise<LoopbackStores> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    // Reachable at every loopback address.
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const loopbackStores = new LoopbackStores(quietIds(stores), (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      loopbackStores.#sockets.add(socket.once('close', () => loopbackStores.#sockets.delete(socket)));
    });
    server.on('request', (request, response) => {
      const id = String(request.url).slice(1);
      loopbackStores.requests.set(id, [...(loopbackStores.requests.get(id) ?? []), Date.now()]);
      loopbackStores.#waiting.push(() => response.end(`{"open":${!loopbackStores.closed.has(id)}}`));
      loopbackStores.#respond();
    });
    return loopbackStores;
  }

  /** From now on, only so many requests in all get a response; the others wait until the limit is raised. */
  answerUpTo(limit: number): void {
    this.#limit = limit;
    this.#respond();
  }

  /** Resolves once the last request of a program that has ended is counted. */
  async disconnected(): Promise<void> {
    while (this.#sockets.size > 0) await sleep(10);
  }

  #respond(): void {
    for (const respond of this.#waiting.splice(0, Math.max(0, this.#limit - this.#answered))) {
      this.#answered++;
      setTimeout(respond, DELAY);
    }
  }

  /** Environment variables for a prober of these stores. */
  get environment(): Record<string, string> {
    return {
      PROBE_URL: `http://127.0.{store_id}:${this.#port}/{store_id}`,
      ...{ PROBE_ALLOW_PRIVATE: '127.0.0.0/8', PROBE_TIMEOUT: '2s', PROBE_POINTER: '/open', PROBE_ACTIVE: 'true' },
    };
  }

  /** Writes a time zones feed that creates the stores. */
  writeZones(folder: string): string {
    const file = join(folder, 'zones.csv');
    writeFileSync(file, `store_id,timezone_str\n${this.ids.map((id) => `${id},UTC\n`).join('')}`);
    return file;
  }
}

/** IDs of stores that are not due soon if each is polled once a day. */
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
