import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, count, megabytes, ms, type Section } from './figures.ts';
import type { Fleets } from './fleets.ts';
import type { OneProber } from './one-poller.ts';

/** Probes due per minute: more than the target, so that the target is not the limit. */
const STORES = 66_000;
/** Probes due per hour. */
const MILLION = 1_000_000;
const SECONDS = 60;
const ONE_POLLER = fileURLToPath(new URL('./one-poller.ts', import.meta.url));

/** Answers every request with a status, prints its port, and ends with its standard input. */
const ANSWERING = `
  const server = require('node:http').createServer({ keepAliveTimeout: 60000 }, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"ONLINE"}');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.on('end', () => process.exit()).resume();`;

/** Probes per second of one poller, including writes to the day file and the database. */
export async function measurePoller(fleets: Fleets): Promise<Section> {
  const many = await polled(fleets, STORES, 1);
  const million = await polled(fleets, MILLION, 60);
  const perSecond = many.probes / SECONDS;
  const slow = million.probes / SECONDS;
  return {
    title: 'Poller',
    text:
      `${count(STORES)} stores on 1,000 hosts, each due once a minute, probed over loopback (HTTP, a JSON answer) ` +
      'from one process into the day file and an empty DuckDB file; then a million stores, each due once an hour; none ' +
      'is overdue at the start. The web server that simulates the stores is a separate process on the same machine. ' +
      'The second minute is measured; the memory is the peak since the start, including the list of stores and URLs.',
    figures: [
      { what: '**poller: probes a second**', value: count(perSecond), target: atLeast(perSecond, 1_000, '') },
      { what: 'polls recorded a second', value: count(many.polls / SECONDS) },
      { what: '**poller: memory, highest**', value: megabytes(many.peak), target: atMost(many.peak / 1e6, 500, ' MB') },
      { what: 'processor time of the poller', value: `${count(many.processor / SECONDS / 10)} % of one core` },
      { what: 'a million stores: probes a second', value: count(slow) },
      { what: 'a million stores: memory, highest', value: megabytes(million.peak) },
      { what: 'a million stores: taken over after', value: ms(million.takenOver) },
      { what: 'a million stores: longest step', value: ms(million.longestStep) },
      {
        what: 'a million stores: processor time of the poller',
        value: `${count(million.processor / SECONDS / 10)} % of one core`,
      },
    ],
  };
}

async function polled({ folder }: Fleets, stores: number, minutes: number): Promise<OneProber> {
  const server = await answering();
  try {
    const args = [join(folder, `polled-${stores}.duckdb`), join(folder, `polls-${stores}`)];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', ONE_POLLER, ...args, String(server.port), String(stores), String(minutes)],
    ]);
    return JSON.parse(stdout);
  } finally {
    server.end();
  }
}

/** A process that simulates the stores. */
export async function answering(): Promise<{ port: number; end: () => void }> {
  const server = spawn(process.execPath, ['-e', ANSWERING], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout.setEncoding('utf8'), 'data');
  return { port: Number(port), end: () => server.stdin.end() };
}
