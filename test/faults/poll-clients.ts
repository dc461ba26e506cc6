import { setTimeout as sleep } from 'node:timers/promises';
import type { Poll } from '../history/polls.ts';
import type { SeededRandom } from '../simulation/random.ts';
import type { Recorder } from './recorder.ts';
import type { FaultyServer } from './server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What clients work with. */
export interface Scene {
  readonly servers: readonly FaultyServer[];
  readonly recorder: Recorder;
  readonly random: SeededRandom;
  /** Whether clients go on. */
  readonly isOpen: () => boolean;
}

interface Attempt {
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  readonly start: number;
  readonly end: number;
}

/** Sends polls once. */
export async function sendPolls({ recorder, random, servers }: Scene, polls: readonly Poll[]): Promise<Attempt> {
  const body = JSON.stringify({
    polls: polls.map(([store_id, at, active]) => ({
      store_id,
      status: active ? 'active' : 'inactive',
      timestamp_utc: new Date(at).toISOString(),
    })),
  });
  const start = recorder.now();
  const write = recorder.wrote(polls, { start, end: Number.POSITIVE_INFINITY });
  const answer = await recorder.request(random.pick(servers), 'POST', '/api/v1/polls', body);
  const { end, status } = answer;
  if (status !== 200) {
    if (status !== undefined && status < 500) recorder.unexpected('POST /api/v1/polls', answer);
    return { outcome: 'unknown', start, end };
  }
  const { rejected } = JSON.parse(answer.body.toString());
  if (rejected === 0) {
    write.end = end;
    return { outcome: 'acknowledged', start, end };
  }
  // The clock of the server is behind; as all these polls are about equally old, all are refused.
  if (rejected !== polls.length) recorder.unexpected('POST /api/v1/polls', answer);
  recorder.writes.splice(recorder.writes.indexOf(write), 1);
  return { outcome: 'refused', start, end };
}

/** An instant of the last week that no clock an hour behind has in its future, or one of the last half hour. */
function pollTime(random: SeededRandom): number {
  const age = random.chance(0.7) ? random.between(2 * HOUR, 170 * HOUR) : random.between(0, 30 * MINUTE);
  return Date.now() - 1_000 - Math.floor(age);
}

/** Sends polls of its own stores, each until it is acknowledged, and corrects some. */
export async function sendInOrder(scene: Scene, name: string): Promise<void> {
  const { recorder, random, isOpen } = scene;
  const chain = recorder.chain(name);
  /** Acknowledged at once, so that no other attempt to send them may still arrive. */
  const certain: Poll[][] = [];
  while (isOpen()) {
    await sleep(random.between(20, 200));
    const at = pollTime(random);
    const corrected = random.chance(0.25) ? certain.splice(random.below(certain.length), 1)[0] : undefined;
    const polls =
      corrected?.map(([store, instant, active]): Poll => [store, instant, !active]) ??
      Array.from(
        { length: 1 + random.below(5) },
        (_, i): Poll => [`${name}-${random.below(3)}`, at - i, random.chance(0.7)],
      );
    let change: { end: number } | undefined;
    for (let attempt = 1; isOpen(); attempt++) {
      const beginning = recorder.now();
      change ??= chain.begin({ polls }, beginning);
      const { outcome, end } = await sendPolls(scene, polls);
      if (outcome === 'acknowledged') {
        change.end = end;
        if (attempt === 1) certain.push(polls);
        break;
      }
      await sleep(random.between(50, 400));
    }
  }
}

/** Sends polls of the same stores and instants as others do at the same time. */
export async function sendAgainstOthers(scene: Scene, instants: readonly number[]): Promise<void> {
  const { random, isOpen } = scene;
  while (isOpen()) {
    await sleep(random.between(20, 200));
    const count = 1 + random.below(5);
    const first = random.below(instants.length - count);
    const polls = instants
      .slice(first, first + count)
      .map((instant): Poll => [`shared-${instant % 3}`, instant, random.chance(0.5)]);
    await sendPolls(scene, polls);
  }
}

/** Sends one poll of a store of its own; says whether it is acknowledged. */
export async function sendOnce(scene: Scene, name: string): Promise<boolean> {
  const polls: Poll[] = [[name, Date.now() - 1_000, true]];
  const change = scene.recorder.chain(name).begin({ polls }, scene.recorder.now());
  const { outcome, end } = await sendPolls(scene, polls);
  if (outcome === 'acknowledged') change.end = end;
  return outcome === 'acknowledged';
}

/** Sends many polls at a time. */
export async function sendInBulk(scene: Scene): Promise<void> {
  const { random, isOpen } = scene;
  while (isOpen()) {
    await sleep(random.between(50, 600));
    const from = Date.now() - 3 * HOUR - Math.floor(random.between(0, 160 * HOUR));
    const store = `bulk-${random.below(10)}`;
    const count = 200 + random.below(400);
    await sendPolls(
      scene,
      Array.from({ length: count }, (_, i): Poll => [store, from + i * 1_000, random.chance(0.7)]),
    );
  }
}
