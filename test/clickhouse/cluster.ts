import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { asking, ClickhouseProcess, CREDENTIALS, isServerInstalled, PROGRAM, USER } from './process.ts';

/** Where Debian has ZooKeeper. */
const ZOOKEEPER = '/usr/share/java/zookeeper.jar';

/** The name of the cluster. */
export const CLUSTER = 'polls';

/**
 * Two shards of two replicas, with ZooKeeper, as ordinary processes. Each server has a loopback address of its own, and all
 * have the same ports, as on machines of their own.
 */
export class TestCluster {
  readonly #folder: string;
  readonly #http: number;
  readonly #zookeeper: ChildProcess;
  readonly #shards: readonly (readonly ClickhouseProcess[])[];
  #databases = 0;

  private constructor(
    folder: string,
    http: number,
    zookeeper: ChildProcess,
    shards: readonly (readonly ClickhouseProcess[])[],
  ) {
    this.#folder = folder;
    this.#http = http;
    this.#zookeeper = zookeeper;
    this.#shards = shards;
  }

  /** Why there can be none; `undefined`: there can. */
  static missing(): string | undefined {
    if (process.platform !== 'linux') return 'only Linux has all loopback addresses';
    if (!isServerInstalled()) return `no ${PROGRAM} is installed`;
    return existsSync(ZOOKEEPER) ? undefined : 'ZooKeeper is not installed';
  }

  static async start(): Promise<TestCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-cluster-'));
    const [http, tcp, interserver, zookeeper] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const replica = (host: string) => `<replica><host>${host}</host><port>${tcp}</port>${CREDENTIALS}</replica>`;
    const shard = (hosts: readonly string[]) =>
      `<shard><internal_replication>true</internal_replication>${hosts.map(replica).join('')}</shard>`;
    const server = (host: string) => {
      const own = join(folder, host);
      mkdirSync(own);
      const more = `
        <interserver_http_port>${interserver}</interserver_http_port>
        <interserver_http_host>${host}</interserver_http_host>
        <zookeeper>
          <node><host>127.0.0.1</host><port>${zookeeper}</port></node>
          <session_timeout_ms>2000</session_timeout_ms>
        </zookeeper>
        <remote_servers><${CLUSTER}>${HOSTS.map(shard).join('')}</${CLUSTER}></remote_servers>`;
      return new ClickhouseProcess({ folder: own, host, http, tcp, more });
    };
    const cluster = new TestCluster(
      folder,
      http,
      startZookeeper(folder, zookeeper),
      HOSTS.map((hosts) => hosts.map(server)),
    );
    await Promise.all(cluster.#servers.map((one) => one.start()));
    return cluster;
  }

  /** Creates an empty database on all servers; returns its URL, which names one server of each shard. */
  async createDatabase(): Promise<string> {
    const name = `test_${this.#databases++}`;
    await Promise.all(
      this.#servers.map(({ url }) => asking(url, (clickhouse) => clickhouse.run(`create database ${name}`))),
    );
    return `clickhouse://${USER}@${HOSTS.map(([host]) => `${host}:${this.#http}`).join(',')}/${name}`;
  }

  /** The server of a database. @param shard from 1 @param replica from 1 */
  at(shard: number, replica: number, database: string): string {
    return this.#server(shard, replica).url.replace(/[^/]*$/, database.replace(/^.*\//, ''));
  }

  kill(shard: number, replica: number): Promise<void> {
    return this.#server(shard, replica).kill();
  }

  revive(shard: number, replica: number): Promise<void> {
    return this.#server(shard, replica).start();
  }

  /** Starts all servers that were killed. */
  async reviveAll(): Promise<void> {
    await Promise.all(this.#servers.filter(({ isRunning }) => !isRunning).map((server) => server.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.kill()));
    const ended = once(this.#zookeeper, 'exit');
    if (this.#zookeeper.kill('SIGKILL')) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #servers(): readonly ClickhouseProcess[] {
    return this.#shards.flat();
  }

  #server(shard: number, replica: number): ClickhouseProcess {
    return this.#shards[shard - 1]?.[replica - 1] as ClickhouseProcess;
  }
}

/** Of each shard. A server takes the first loopback address for its own, whatever the port. */
const HOSTS = [
  ['127.0.0.2', '127.0.0.3'],
  ['127.0.0.4', '127.0.0.5'],
] as const;

function startZookeeper(folder: string, port: number): ChildProcess {
  const configuration = join(folder, 'zookeeper.cfg');
  writeFileSync(
    configuration,
    `tickTime=200
dataDir=${folder}/zookeeper
clientPort=${port}
clientPortAddress=127.0.0.1
admin.enableServer=false
maxClientCnxns=0
`,
  );
  const program = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
  const zookeeper = spawn('java', ['-Xmx128m', '-cp', ZOOKEEPER, program, configuration], { stdio: 'ignore' });
  process.once('exit', () => zookeeper.kill('SIGKILL'));
  return zookeeper;
}
