import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, count, ms, type Section } from './figures.ts';
import type { Fleets } from './fleets.ts';
import { median, quantile } from './measure.ts';
import { reportsBackToBack, serve } from './server.ts';

const REQUESTS = 1_500;
const INTERVAL = 10;

/** The response time of a small request while the server computes one report after another. */
export async function measureLatency(fleets: Fleets): Promise<Section> {
  const server = await serve(await fleets.largeDatabase(), join(fleets.folder, 'served'));
  try {
    const idle = await latencies(server.url, REQUESTS / 10);
    const reports = reportsBackToBack(server.url);
    const waits = await latencies(server.url, REQUESTS);
    const made = await reports.stop();
    const p95 = quantile(waits, 0.95);
    return {
      title: 'Event loop',
      text:
        `The server (\`serve\`) on the database of 100,000 stores, in a separate process, computes one report after ` +
        `another. Meanwhile ${count(REQUESTS)} requests to \`/healthz\` are sent over loopback, one every ${INTERVAL} ms, without ` +
        'waiting for the previous response; each is timed from the instant at which it was due.',
      figures: [
        { what: 'reports made meanwhile', value: count(made) },
        { what: 'idle, median', value: ms(median(idle)) },
        { what: 'under reports, median', value: ms(median(waits)) },
        { what: '**under reports, 95 of 100 within**', value: ms(p95), target: atMost(p95, 50, ' ms') },
        { what: 'under reports, longest', value: ms(Math.max(...waits)) },
      ],
    };
  } finally {
    await server.end();
  }
}

/** Milliseconds from the due time of each request until its response was read. */
async function latencies(url: string, requests: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const waiting: Promise<number>[] = [];
  const started = performance.now();
  for (let i = 0; i < requests; i++) {
    const due = started + i * INTERVAL;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    waiting.push(answered(url, agent, performance.now()));
  }
  try {
    return await Promise.all(waiting);
  } finally {
    agent.destroy();
  }
}

function answered(url: string, agent: Agent, since: number): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${url}/healthz`, { agent }, (answer) => {
      answer.resume().on('end', () => resolve(performance.now() - since));
    }).on('error', reject);
  });
}
