/**
 * How many polls a second a running server takes over HTTP: `npm run build`, then
 * `node --import tsx bench/append.ts [DATABASE_URL] [SECONDS]`. Without a database, one in a temporary folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { count, ms } from './figures.ts';
import { serve } from './serving.ts';

const CONNECTIONS = 20;
const STORES = 14_000;
const BATCH = 1_000;
const FIRST = Date.parse('2023-01-26T00:00:00Z');
const ROUND = 60_000;

/** What is around the instant of each poll, for every batch of stores. */
const AROUND = Array.from({ length: STORES / BATCH }, (_, batch) =>
  Array.from({ length: BATCH + 1 }, (_, i) => {
    const end = i === 0 ? '{"polls":[' : '"}';
    if (i === BATCH) return `${end}]}`;
    const store = String(1_005_537_814_098_143_378n + BigInt(batch * BATCH + i) * 7_919n);
    return `${end}${i === 0 ? '' : ','}{"store_id":"${store}","status":"${i % 9 === 0 ? 'inactive' : 'active'}","timestamp_utc":"`;
  }),
);

/** The body of one request; each of them is about other polls. */
function bodyOf(request: number): string {
  const round = Math.floor(request / AROUND.length);
  return (AROUND[request % AROUND.length] as string[]).join(new Date(FIRST + round * ROUND).toISOString());
}

async function measure(database: string, resultsDir: string, seconds: number): Promise<void> {
  const server = await serve(database, resultsDir);
  try {
    let sent = 0;
    let added = 0;
    const result = await autocannon({
      url: `${server.url}/api/v1/polls`,
      connections: CONNECTIONS,
      duration: seconds,
      requests: [
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          setupRequest: (request) => ({ ...request, body: bodyOf(sent++) }),
          onResponse: (_status, body) => {
            added += (JSON.parse(body) as { added?: number }).added ?? 0;
          },
        },
      ],
    });
    const rate = added / result.duration;
    console.log(
      `${count(rate)} polls a second in batches of ${count(BATCH)} from ${CONNECTIONS} connections; ` +
        `median ${ms(result.latency.p50)}, p99 ${ms(result.latency.p99)}; ${result.non2xx + result.errors} failed`,
    );
  } finally {
    await server.end();
  }
}

const [database, seconds = '10'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-append-'));
try {
  await measure(database ?? join(folder, 'monitor.duckdb'), join(folder, 'results'), Number(seconds));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
