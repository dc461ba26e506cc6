import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type TestServer, type TestSettings, testServer } from './server.ts';

/** Wednesday noon in Chicago. */
export const NOON_IN_CHICAGO = Date.parse('2026-11-18T18:00:00Z');

/** The clocks of a server whose wall clock stands still at that noon, so that no age depends on how long a test takes. */
export const AT_NOON = { now: () => NOON_IN_CHICAGO, elapsed: () => performance.now() };

export interface SeenFleet extends TestServer {
  /** The URL for a browser. */
  readonly url: string;
}

/** A server that a browser can reach. */
export async function seenFleet(t: TestContext, settings: TestSettings = {}): Promise<SeenFleet> {
  const server = await testServer(t, settings);
  return { ...server, url: await server.app.listen({ host: '127.0.0.1', port: settings.port ?? 0 }) };
}

/** Polls of a store these many minutes before an instant; a negative number is inactive. */
export function pollsOf(id: string, instant: number, ...minutes: readonly number[]) {
  return minutes.map((before) => ({
    store_id: id,
    status: before < 0 ? 'inactive' : 'active',
    timestamp_utc: new Date(instant - Math.abs(before) * 60_000).toISOString(),
  }));
}

/** The same polls with this reason. */
export function inactiveFor(reason: string, polls: ReturnType<typeof pollsOf>) {
  return polls.map((poll) => ({ ...poll, reason }));
}

export async function append({ app }: TestServer, polls: readonly object[]): Promise<void> {
  const answer = await app.inject({ method: 'POST', url: '/api/v1/polls', payload: { polls } });
  assert.equal(answer.statusCode, 200, answer.body);
  assert.equal(answer.json<{ rejected: number }>().rejected, 0, answer.body);
}
