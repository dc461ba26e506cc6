import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Server } from '../../compose.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { endOfLifeWarning } from '../../config/node-releases.ts';
import { chainOf } from '../../demo/chain.ts';
import { FakeFleet } from '../../demo/fake-fleet.ts';
import { type HistoryOptions, writeHistory } from '../../demo/history.ts';
import { DemoInbox } from '../../demo/inbox.ts';
import { scenarioOf, storiesOf } from '../../demo/stories.ts';
import { DAY } from '../../domain/hours.ts';
import { clearTemporaryFolders, temporaryFolder } from '../../lib/temporary-folder.ts';
import type { OperationContext } from '../../operations/operation.ts';
import { thingsToSee } from '../demo-tour.ts';
import { type ImportSettings, importFromFlags } from '../feed-import.ts';
import { formatCount } from '../format.ts';
import { runOn } from '../local-database.ts';
import { NO_PROGRESS, say, warn } from '../output.ts';
import { parsing } from '../usage.ts';
import { listenError, startServer } from './serve.ts';

/** The demo has no users, so it must not be reachable from other machines. */
const HOST = '127.0.0.1';
const SEED = 1;
const DAYS = 16;
/** Each demo has a folder of its own in this one, and in it a new database. */
const FOLDER = join('var', 'demo');
const ASK_INTERVAL = 100;
const LINES = 6;

export interface DemoFlags {
  readonly port?: string;
}

export async function demo(flags: DemoFlags): Promise<void> {
  await checkPort(demoConfig(flags, FOLDER));
  await clearTemporaryFolders(FOLDER);
  // The end of the process removes it.
  const { path: folder } = await temporaryFolder(FOLDER);
  const start = Date.now();
  const warning = endOfLifeWarning(process.versions.node, start);
  if (warning !== undefined) warn(warning);
  const chain = chainOf(SEED);
  const stories = storiesOf(chain, SEED, start);
  const scenario = scenarioOf(stories, SEED);
  const fleet = await FakeFleet.open(chain, scenario, Date.now);
  const inbox = await DemoInbox.open((title) => say(`${timeOfDay()} message to the demo inbox: ${title}`));
  const config = demoConfig(flags, folder, { ...fleet.settings, ...inbox.environment });
  const prepare = async ({ operations }: Server, signal: AbortSignal) => {
    const history = { seed: SEED, chain, scenario, out: folder };
    say(`Creating ${DAYS} days of polls of ${chain.length} stores …`);
    await importHistory(operations, { ...history, from: start - DAYS * DAY, to: start }, { signal });
    // The polls of the time that this took, so that there is no gap even on a slow machine.
    const rest = { ...history, from: start, to: Date.now() };
    await importHistory(operations, rest, { signal, progress: NO_PROGRESS });
  };
  // The terminal is for people: the warning about Node is above, in words.
  const log = pino({ level: config.logLevel });
  const address = await startServer(config, prepare, { log }).catch(async (error: unknown) => {
    // They would keep the process from ending.
    await Promise.all([fleet.close(), inbox.close()]);
    throw error;
  });
  say('');
  await askForReport(address);
  say('');
  for (const line of await thingsToSee(stories, address)) say(line);
  await createAlerts(address, inbox);
  say('\nPress Ctrl-C to stop the demo and delete its data.');
}

const DATABASE = 'monitor.duckdb';

/** Of the environment, only the port counts: the demo must not use a database or folder that is configured. */
function demoConfig(flags: DemoFlags, folder: string, settings: Readonly<Record<string, string>> = {}): Config {
  const environment = {
    HOST,
    PORT: process.env.PORT,
    DATABASE_URL: join(folder, DATABASE),
    RESULTS_DIR: join(folder, 'results'),
    UPLOADS_DIR: join(folder, 'uploads'),
    POLLS_DIR: join(folder, 'polls'),
    LOG_LEVEL: 'warn',
    ...settings,
  };
  return parsing(() => loadConfig(environment, flags));
}

/** A port that is in use is found before the work begins. */
async function checkPort({ host, port }: Config): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, host, port);
  }
  server.close();
  await once(server, 'close');
}

async function importHistory(
  operations: OperationContext,
  history: HistoryOptions,
  settings: ImportSettings,
): Promise<void> {
  const { stores, hours, polls } = await writeHistory(history);
  settings.signal?.throwIfAborted();
  const rejects = join(history.out, 'rejects.csv');
  const feeds = { stores: [stores], hours: [hours], polls: [polls] };
  await importFromFlags(runOn(operations), { ...feeds, strict: true, rejects }, settings);
  for (const file of [stores, hours, polls]) await rm(file);
}

/** Creates an alert rule that notifies the inbox, as any client does. */
async function createAlerts(address: string, { settings }: DemoInbox): Promise<void> {
  const create = async (what: string, body: object) => {
    const answer = await fetch(`${address}/api/v1/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${what} returned ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const point = { team: true, name: 'Demo inbox', channel: 'webhook', settings };
  const { contact_point_id } = await create('contact-points', point);
  const steps = [{ after_minutes: 0, contact_points: [contact_point_id] }];
  await create('alert-rules', { name: 'Stores are down', group_by: ['platform'], interval_minutes: 1, steps });
  say('  An alert rule notifies the demo inbox when stores go down and are up again. Its messages appear below.');
  say(`    ${address}/incidents`);
}

/** `02:31:07`, on the clock of this machine. */
function timeOfDay(): string {
  return new Date().toLocaleTimeString('en-GB');
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
    say(`${status} ${Math.round(100 * progress)}% after ${Math.round(performance.now() - started)} ms`);
    if (status !== 'Running') break;
    await new Promise((resolve) => setTimeout(resolve, ASK_INTERVAL));
  }
  const csv = await (await fetch(url)).text();
  say(`\ncurl '${url}'`);
  say(csv.split('\n').slice(0, LINES).join('\n'));
  say(`… ${formatCount(csv.trimEnd().split('\n').length - 1)} stores`);
}
