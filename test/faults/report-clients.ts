import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './poll-clients.ts';
import { lookAt } from './upload-clients.ts';

const FORMATS = ['csv', 'full', 'json', 'parquet'] as const;
/** The number of reports that may be running. */
const WAITING = 30;

/** Asks for reports, now and then for many at once. */
export async function requestReports(scene: Scene): Promise<void> {
  const { recorder, random, isOpen } = scene;
  while (isOpen()) {
    await sleep(random.between(100, 700));
    if (recorder.unfinished.length > WAITING) continue;
    const asOf = random.chance(0.5) ? undefined : Date.now() - random.below(3_600_000);
    const count = random.chance(0.05) ? 8 : 1;
    await Promise.all(Array.from({ length: count }, () => requestReport(scene, asOf)));
  }
}

/** Returns the id of a report, if a server accepted it. */
export async function requestReport(
  { recorder, random, servers }: Scene,
  asOf: number | undefined,
): Promise<string | undefined> {
  const server = random.pick(servers);
  const body = asOf === undefined ? '{}' : JSON.stringify({ as_of: new Date(asOf).toISOString() });
  const answer = await recorder.request(server, 'POST', '/api/v1/reports', body);
  if (answer.status !== 202) {
    // Before the first poll, there is no time to report on.
    const isEmpty = answer.status === 409 && recorder.writes.every(({ end }) => end > answer.start);
    if (answer.status !== undefined && answer.status < 500 && !isEmpty) recorder.unexpected('a report', answer);
    return undefined;
  }
  const { id, as_of } = JSON.parse(answer.body.toString());
  const { start, end } = answer;
  recorder.requested({ id, asOf: Date.parse(as_of), isDefault: asOf === undefined, start, end }, server);
  return id;
}

/** Looks at jobs until they end, and reads the results of reports again and again, from every server. */
export async function watchJobs(scene: Scene): Promise<void> {
  const { recorder, random, isOpen } = scene;
  while (isOpen()) {
    await sleep(random.between(20, 150));
    const unfinished = recorder.unfinished;
    if (unfinished.length > 0) {
      const job = random.pick(unfinished);
      const seen = await lookAt(scene, job.kind, job.id);
      if (job.kind === 'report' && seen?.status === 'complete') await readEverywhere(scene, job.id);
    }
    if (random.chance(0.3) && recorder.jobs.length > 0) {
      const { kind, id } = random.pick(recorder.jobs);
      const seen = await lookAt(scene, kind, id);
      if (kind === 'report' && seen?.status === 'complete') await readEverywhere(scene, id);
    }
  }
}

/** Reads a result in one format from each server. */
export async function readEverywhere({ recorder, random, servers }: Scene, id: string): Promise<void> {
  const format = recorder.hasCsv(id) ? random.pick(FORMATS) : 'csv';
  for (const server of servers) {
    const answer = await recorder.request(server, 'GET', `/api/v1/reports/${id}/download?format=${format}`);
    if (answer.status === 200) recorder.read(id, format, server, answer.body);
    else if (answer.status !== undefined && answer.status < 500) {
      recorder.violate(
        'nothing accepted is lost',
        `the result of report ${id} as ${format} on ${server.name} got ${answer.status}: ${answer.body}`,
      );
    }
  }
}

/** Looks at everything until it has ended. Says whether it has, within some time. */
export async function awaitJobs(scene: Scene, milliseconds: number): Promise<boolean> {
  const { recorder } = scene;
  const until = recorder.now() + milliseconds;
  while (recorder.unfinished.length > 0) {
    if (recorder.now() > until) return false;
    for (const { kind, id } of recorder.unfinished) {
      const seen = await lookAt(scene, kind, id);
      if (kind === 'report' && seen?.status === 'complete') await readEverywhere(scene, id);
    }
    await sleep(200);
  }
  return true;
}
