import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { HOUR } from '../domain/hours.ts';
import { simulate } from '../simulate/simulate.ts';
import { configOf } from './database.ts';
import { formatCount } from './format.ts';
import { say } from './output.ts';
import { listenError, serve } from './serve.ts';

/** The demo has no users, so it must not be reachable from other machines. */
const HOST = '127.0.0.1';
const STORES = 500;
const DAYS = 8;
const FOLDER = join('var', 'demo');
const ASK_INTERVAL = 100;
const LINES = 6;

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('simulate a small fleet, import it, serve it, and create a report')
    .option('--port <number>', 'the port to listen on (PORT, default 5000)')
    .action(async (flags: { port?: string }) => {
      await probePort(configOf({ ...flags, host: HOST }));
      say(`Simulating ${STORES} stores and ${DAYS} days of polls in ${FOLDER} …`);
      await rm(FOLDER, { recursive: true, force: true });
      const end = Math.floor(Date.now() / HOUR) * HOUR;
      const { polls } = await simulate({ stores: STORES, days: DAYS, seed: 1, end, out: FOLDER, parquet: false });
      say(`Importing ${formatCount(polls)} polls into ${join(FOLDER, 'monitor.duckdb')} …`);
      const { address } = await serve({
        ...flags,
        host: HOST,
        database: join(FOLDER, 'monitor.duckdb'),
        resultsDir: join(FOLDER, 'results'),
        uploadsDir: join(FOLDER, 'uploads'),
        logLevel: 'warn',
        polls: [join(FOLDER, 'store_status.csv')],
        hours: [join(FOLDER, 'menu_hours.csv')],
        timezones: [join(FOLDER, 'timezones.csv')],
      });
      say('');
      await askForReport(address);
      say(`\nDashboard: ${address}\nThe server is still running; press Ctrl-C to stop it.`);
    });
}

/** Runs before the files of an earlier demo are removed, since it could still be running. */
async function probePort({ host, port }: Config): Promise<void> {
  const probe = createServer();
  probe.listen(port, host);
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, host, port);
  }
  probe.close();
  await once(probe, 'close');
}

/** Creates a report as any client does: trigger it, wait until it is complete, download it. */
async function askForReport(address: string): Promise<void> {
  const started = performance.now();
  const triggered = await fetch(`${address}/trigger_report`, { method: 'POST' });
  const { report_id: id } = (await triggered.json()) as { report_id: string };
  const url = `${address}/get_report?report_id=${id}`;
  say(`curl -X POST ${address}/trigger_report\n{"report_id":"${id}"}\n`);
  for (;;) {
    const answer = await fetch(url, { headers: { accept: 'application/json' } });
    const { status, progress = 1 } = (await answer.json()) as { status: string; progress?: number };
    say(`${status} ${Math.round(100 * progress)} % after ${Math.round(performance.now() - started)} ms`);
    if (status !== 'Running') break;
    await new Promise((resolve) => setTimeout(resolve, ASK_INTERVAL));
  }
  const csv = await (await fetch(url)).text();
  say(`\ncurl '${url}'`);
  say(csv.split('\n').slice(0, LINES).join('\n'));
  say(`… ${formatCount(csv.trimEnd().split('\n').length - 1)} stores`);
}
