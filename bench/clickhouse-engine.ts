import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClickHouseClient } from '@clickhouse/client';
import { addressOf, type ServerAddress } from '../src/lib/clickhouse-url.ts';
import { Clickhouse, type ConnectClickhouse, connectTo } from '../src/storage/clickhouse/client.ts';
import { ClickhousePolls } from '../src/storage/clickhouse/polls.ts';
import { Chdb } from '../test/clickhouse/chdb.ts';
import { TestClickhouse } from '../test/clickhouse/server.ts';
import { processorTimeOf } from './measure.ts';

/** An empty ClickHouse database. */
export interface Engine {
  readonly polls: ClickhousePolls;
  /** The same database, for statements of the benchmark. */
  readonly server: Clickhouse;
  /** The driver alone. */
  readonly driver: ClickHouseClient;
  /** Milliseconds of processor time that the server has used; `undefined`: it runs in this process. */
  processor(): Promise<number> | undefined;
  stop(): Promise<void>;
}

/** How the engines are started that are installed here, by the name of each. */
export function enginesHere(): Record<string, () => Promise<Engine>> {
  const chdb = fileURLToPath(new URL('../test/clickhouse/node_modules/chdb', import.meta.url));
  return {
    ...(existsSync(chdb) && { chDB: startChdb }),
    ...(TestClickhouse.missing({ own: true }) === undefined && { 'clickhouse-server': startServer }),
  };
}

async function startChdb(): Promise<Engine> {
  const chdb = Chdb.start();
  const database = await chdb.createDatabase();
  return opened(
    chdb.polls(database),
    chdb.connect(database),
    () => undefined,
    () => chdb.stop(),
  );
}

async function startServer(): Promise<Engine> {
  const server = await TestClickhouse.start({ own: true });
  const url = await server.createDatabase();
  const connect = connectTo(addressOf(url)?.servers[0] as ServerAddress);
  const processor = () => (server.pid === undefined ? undefined : processorTimeOf(server.pid));
  return opened(new ClickhousePolls(url), connect, processor, () => server.stop());
}

/** The longest statement of a benchmark, milliseconds. */
const TIMEOUT = 600_000;

function opened(
  polls: ClickhousePolls,
  connect: ConnectClickhouse,
  processor: Engine['processor'],
  end: () => Promise<void>,
): Engine {
  const [server, driver] = [new Clickhouse(connect, 'the benchmark'), connect(TIMEOUT)];
  const stop = async () => {
    await Promise.all([server.close(), driver.close()]);
    await end();
  };
  return { polls, server, driver, processor, stop };
}
