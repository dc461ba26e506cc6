import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, count, ms, type Section } from './figures.ts';
import type { Fleets } from './fleets.ts';
import { median, quantile } from './measure.ts';
import { serve } from './serving.ts';

const REQUESTS = 1_500;
const INTERVAL = 10;
const ASKING = 50;

/** How long a small request waits while the server makes one report after the other. */
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
        `The server (\`serve\`) on the database of 100,000 stores, in a process of its own, with one report after the ` +
        `other. Meanwhile ${count(REQUESTS)} requests to \`/healthz\` over loopback, one every ${INTERVAL} ms whether or not the ` +
        'one before is answered; the wait is counted from the instant at which each was due.',
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

/** Triggers a report, waits for it, triggers the next, until it is stopped; tells how many were completed. */
function reportsBackToBack(url: string): { stop: () => Promise<number> } {
  let going = true;
  const work = async (): Promise<number> => {
    let made = 0;
    while (going) {
      const triggered = await fetch(`${url}/trigger_report`, { method: 'POST' });
      const { report_id: id } = (await triggered.json()) as { report_id: string };
      for (let status = 'Running'; going && status === 'Running'; ) {
        await sleep(ASKING);
        const answer = await fetch(`${url}/get_report?report_id=${id}`, { headers: { accept: 'application/json' } });
        ({ status } = (await answer.json()) as { status: string });
        if (status === 'Failed') throw new Error('a report failed');
        if (status === 'Complete') made++;
      }
    }
    return made;
  };
  const working = work();
  working.catch(() => {});
  return {
    stop: () => {
      going = false;
      return working;
    },
  };
}

/** Milliseconds from when each request was due until its answer was read. */
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
