import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { type ChainStore, chainOf } from '../../src/demo/chain.ts';
import { FakeFleet } from '../../src/demo/fake-fleet.ts';
import { writeHistory } from '../../src/demo/history.ts';
import type { Scenario } from '../../src/demo/scenario.ts';
import { type Stories, scenarioOf, storiesOf } from '../../src/demo/stories.ts';
import { OPERATIONS } from '../../src/operations/operations.ts';
import { type GetOptions, HttpClient } from '../../src/outbound/http-client.ts';
import { type TestServer, testServer } from './server.ts';
import { temporaryFolder } from './temporary.ts';

export const SEED = 1;
/** Milliseconds to wait for a store that never answers. All others have as long as a slow machine needs. */
const BRIEF = 300;
const TIMEOUT = '10s';

export interface Demo {
  readonly chain: readonly ChainStore[];
  readonly stories: Stories;
  readonly scenario: Scenario;
}

export function demoAt(start: number, seed = SEED): Demo {
  const chain = chainOf(seed);
  const stories = storiesOf(chain, seed, start);
  return { chain, stories, scenario: scenarioOf(stories, seed) };
}

export interface DemoServer extends Demo {
  readonly server: TestServer;
  /** What both clocks of the server and of the fake fleet show, milliseconds. */
  now: number;
}

/** A server with the history of a demo that starts at an instant, and its fake fleet. Nothing is probed by itself. */
export async function demoServer(t: TestContext, start: number, history: number): Promise<DemoServer> {
  const clock = { now: start };
  const { chain, stories, scenario } = demoAt(start);
  const fleet = await FakeFleet.open(chain, scenario, () => clock.now);
  const folder = temporaryFolder(t);
  const { poll } = loadConfig({ ...fleet.settings, PROBE_TIMEOUT: TIMEOUT, POLLS_DIR: join(folder, 'polls') });
  const silent = (url: URL) => {
    const store = chain.find(({ id }) => url.pathname.endsWith(`/${id}`));
    return store !== undefined && scenario.at(store, clock.now).status === undefined;
  };
  const get = HttpClient.prototype.get;
  t.mock.method(HttpClient.prototype, 'get', function (this: HttpClient, url: URL, options: GetOptions) {
    return get.call(this, url, silent(url) ? { ...options, timeout: BRIEF } : options);
  });
  const server = await testServer(t, { poll, now: () => clock.now });
  t.after(() => fleet.close());
  const feeds = await writeHistory({ seed: SEED, chain, scenario, from: start - history, to: start, out: folder });
  const sources = (['stores', 'hours', 'polls'] as const).map((feed) => ({ feed, label: feed }));
  await OPERATIONS.importFeeds(
    server.operations,
    { sources, strict: true },
    {
      files: [feeds.stores, feeds.hours, feeds.polls],
      signal: t.signal,
      progress: () => {},
      reject: async () => {},
      write: async () => {},
    },
  );
  return Object.assign(clock, { chain, stories, scenario, server });
}
