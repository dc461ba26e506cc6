import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MINUTE } from '../domain/hours.ts';
import { ONLINE } from './answers.ts';
import type { ChainStore } from './chain.ts';
import { POLL_INTERVAL } from './history.ts';
import type { Scenario } from './scenario.ts';

const HOST = '127.0.0.1';
const PATH = '/stores/';

/**
 * A web server that answers probes of all stores of a chain, as its scenario says: `{"status": "online"}`, something
 * else, an error, or nothing. Only this machine can reach it.
 */
export class FakeFleet {
  readonly #server: Server;
  readonly #stores: ReadonlyMap<string, ChainStore>;
  readonly #scenario: Scenario;
  readonly #now: () => number;

  private constructor(chain: readonly ChainStore[], scenario: Scenario, now: () => number) {
    this.#stores = new Map(chain.map((store) => [store.id, store]));
    this.#scenario = scenario;
    this.#now = now;
    this.#server = createServer((request, response) => this.#answer(request.url ?? '', response));
  }

  /** @param now the wall clock, milliseconds */
  static async open(chain: readonly ChainStore[], scenario: Scenario, now: () => number): Promise<FakeFleet> {
    const fleet = new FakeFleet(chain, scenario, now);
    fleet.#server.listen(0, HOST);
    await once(fleet.#server, 'listening');
    return fleet;
  }

  /** The environment variables with which the prober polls it. They allow no other address that is not public. */
  get settings(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      POLL: 'on',
      POLL_INTERVAL: `${POLL_INTERVAL / MINUTE}m`,
      PROBE_URL: `http://${HOST}:${port}${PATH}{store_id}`,
      PROBE_POINTER: '/status',
      PROBE_ACTIVE: ONLINE,
      PROBE_REASON: '/reason',
      PROBE_TIMEOUT: '2s',
      PROBE_ALLOW_PRIVATE: `${HOST}/32`,
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(path: string, response: ServerResponse): void {
    const store = this.#stores.get(path.startsWith(PATH) ? path.slice(PATH.length) : '');
    if (store === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { status, state, word } = this.#scenario.at(store, this.#now());
    // The prober gives up, and closes the connection.
    if (status === undefined) return;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: state, reason: word }));
  }
}
