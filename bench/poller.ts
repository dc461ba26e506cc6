import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, count, megabytes, type Section } from './figures.ts';
import type { Fleets } from './fleets.ts';
import type { OnePoller } from './one-poller.ts';

/** Due in each minute: somewhat more than the target, so that the target is not what limits it. */
const STORES = 66_000;
const SECONDS = 60;
const ONE_POLLER = fileURLToPath(new URL('./one-poller.ts', import.meta.url));

/** How far the heap may grow. Node collects late where there is much memory; this is enough, and as quick. */
const HEAP = '--max-old-space-size=256';

/** Answers everything with a status, says its port, and lives as long as its standard input. */
const ANSWERING = `
  const server = require('node:http').createServer({ keepAliveTimeout: 60000 }, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"ONLINE"}');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.stdin.on('end', () => process.exit()).resume();`;

/** How many stores a second one poller probes, with all that follows from it: the file of the day and the database. */
export async function measurePoller(fleets: Fleets): Promise<Section> {
  const server = spawn(process.execPath, ['-e', ANSWERING], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [port] = await once(server.stdout.setEncoding('utf8'), 'data');
    const args = [
      join(fleets.folder, 'polled.duckdb'),
      join(fleets.folder, 'polls'),
      String(port).trim(),
      String(STORES),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [HEAP, '--import', 'tsx', ONE_POLLER, ...args]);
    const { probes, polls, peak, processor } = JSON.parse(stdout) as OnePoller;
    const perSecond = probes / SECONDS;
    return {
      title: 'Poller',
      text:
        `${count(STORES)} stores on 1,000 hosts, each due once a minute, probed over loopback (HTTP, a JSON answer) ` +
        'from one process into the file of the day and an empty DuckDB file. The web server that plays the stores is a ' +
        `process of its own on the same machine; the poller has NODE_OPTIONS=${HEAP}. ` +
        'Counted is the second minute. A million stores an hour are 278 a second.',
      figures: [
        { what: '**probes a second**', value: count(perSecond), target: atLeast(perSecond, 1_000, '') },
        { what: 'polls recorded a second', value: count(polls / SECONDS) },
        { what: '**memory, highest**', value: megabytes(peak), target: atMost(peak / 1e6, 500, ' MB') },
        { what: 'processor time of the poller', value: `${count(processor / SECONDS / 10)} % of one core` },
      ],
    };
  } finally {
    server.stdin.end();
  }
}
