import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Effect } from '../history/chains.ts';
import { hasEnded } from '../history/jobs.ts';
import type { Poll } from '../history/polls.ts';
import type { Scene } from './poll-clients.ts';
import type { RecordedChain } from './recorder.ts';

const HOUR = 3_600_000;

/** Uploads polls of its own stores, a file after the other. One that is not answered, or fails, is the last of its stores. */
export async function uploadPolls(scene: Scene, name: string): Promise<void> {
  const { recorder, random, isOpen } = scene;
  for (let round = 0; isOpen(); round++) {
    await sleep(random.between(100, 500));
    const chain = recorder.chain(`${name}-${round}`);
    for (let ok = true; ok && isOpen(); ) {
      await sleep(random.between(50, 800));
      const to = Date.now() - 2 * HOUR - Math.floor(random.between(0, 160 * HOUR));
      const polls = Array.from(
        { length: 10 + random.below(300) },
        (_, i): Poll => [`${chain.name}-${random.below(2)}`, to - i * 60_000, random.chance(0.7)],
      );
      const lines = polls.map(([id, at, active]) => `${id},${active ? 'active' : 'inactive'},${isoOf(at)}\n`);
      const csv = Buffer.from(`store_id,status,timestamp_utc\n${lines.join('')}`);
      const file = random.chance(0.3) ? gzipSync(csv) : csv;
      if (random.chance(0.15)) await tryOut(scene, file);
      else ok = await uploadFile(scene, chain, { polls }, 'feed=polls', file);
    }
  }
}

/** A dry run, of which nothing may be left. */
async function tryOut(scene: Scene, file: Buffer): Promise<void> {
  const id = await send(scene, 'feed=polls&dry_run=true', file);
  if (id !== undefined) await follow(scene, id);
}

/** Uploads a file and follows its import; says whether it is complete. */
export async function uploadFile(
  scene: Scene,
  chain: RecordedChain,
  effect: Effect,
  query: string,
  file: Buffer,
): Promise<boolean> {
  const { recorder } = scene;
  const start = recorder.now();
  const begun = chain.begin(effect, start);
  const write = recorder.wrote(effect.polls ?? [], { start, end: Number.POSITIVE_INFINITY });
  const id = await send(scene, query, file);
  const completeAt = id === undefined ? undefined : await follow(scene, id);
  if (completeAt === undefined) return false;
  begun.end = completeAt;
  write.end = completeAt;
  return true;
}

/** Returns the id of the import; `undefined`: nobody knows whether there is one. */
async function send({ recorder, random, servers }: Scene, query: string, file: Buffer): Promise<string | undefined> {
  const server = random.pick(servers);
  const answer = await recorder.request(server, 'POST', `/api/v1/imports?${query}`, new Uint8Array(file), 'text/csv');
  if (answer.status !== 202) {
    if (answer.status !== undefined && answer.status < 500) recorder.unexpected(`an upload (${query})`, answer);
    return undefined;
  }
  const { id } = JSON.parse(answer.body.toString());
  recorder.accepted('import', id, server);
  return id;
}

/** Returns when the import was first seen complete; `undefined`: it failed, or the clients end. */
async function follow(scene: Scene, id: string): Promise<number | undefined> {
  const { random, isOpen } = scene;
  while (isOpen()) {
    await sleep(random.between(50, 300));
    const seen = await lookAt(scene, 'import', id);
    if (seen !== undefined && hasEnded(seen.status)) return seen.status === 'complete' ? seen.end : undefined;
  }
  return undefined;
}

/** What a server says about a job; `undefined`: nothing. */
export async function lookAt(
  { recorder, random, servers }: Scene,
  kind: 'report' | 'import',
  id: string,
): Promise<{ status: string; end: number } | undefined> {
  const answer = await recorder.request(random.pick(servers), 'GET', `/api/v1/${kind}s/${id}`);
  const { start, end } = answer;
  if (answer.status !== 200 && answer.status !== 404) {
    if (answer.status !== undefined && answer.status < 500) recorder.unexpected(`GET ${kind} ${id}`, answer);
    return undefined;
  }
  const status = answer.status === 404 ? 'missing' : JSON.parse(answer.body.toString()).status;
  const owner = recorder.jobs.find((job) => job.id === id)?.server;
  const hasFile = kind === 'import' && status === 'failed' ? owner?.hasUpload(id) : undefined;
  recorder.saw({ id, status, start, end, ...(hasFile !== undefined && { hasFile }) });
  return { status, end };
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
