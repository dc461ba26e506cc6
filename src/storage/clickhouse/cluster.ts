import type { PollsAddress, ServerAddress } from '../../lib/clickhouse-url.ts';
import { isTemporary, UserError } from '../../lib/errors.ts';
import { Clickhouse, connectTo } from './client.ts';
import type { TableSetting } from './migrate.ts';
import { shardOf } from './placement.ts';
import { Replica } from './replica.ts';
import { Shard } from './shard.ts';

/** Where the tables of a server are, before they are there. */
export type PrepareServer = (server: Clickhouse, setting: TableSetting) => Promise<void>;

export interface ClusterOptions {
  readonly prepare: PrepareServer;
  /** How long work in the background waits for a replica, milliseconds. */
  readonly patience: number;
}

/** A server of a cluster, as ClickHouse is configured. */
interface Member {
  readonly shard: number;
  readonly host: string;
}

/** The servers that have the polls: one, or shards of replicas. */
export class Cluster {
  readonly shards: readonly Shard[];

  private constructor(shards: readonly Shard[]) {
    this.shards = shards;
  }

  static single(server: Clickhouse, prepare: PrepareServer): Cluster {
    const replica = new Replica(server, false, (one) => prepare(one, {}));
    return new Cluster([new Shard(undefined, [replica])]);
  }

  /**
   * Asks the servers of an address, one after the other, for the cluster. The others have their HTTP interface at the same
   * port.
   *
   * @throws UserError `conflict` when they know no cluster of that name; `unavailable` when none answers
   */
  static async find(address: PollsAddress, name: string, { prepare, patience }: ClusterOptions): Promise<Cluster> {
    const members = await firstAnswer(address.servers, (server) => membersOf(server, name));
    const shards = Math.max(...members.map(({ shard }) => shard));
    return new Cluster(
      Array.from({ length: shards }, (_, i) => {
        const hosts = members.filter(({ shard }) => shard === i + 1).map(({ host }) => host);
        const replicated = hosts.length > 1;
        const replicas = hosts.map((host) => {
          const setting = { cluster: name, shard: i + 1, shards, ...(replicated && { replica: host }) };
          const at = address.on(host);
          return new Replica(new Clickhouse(connectTo(at), at.place), replicated, (server) => prepare(server, setting));
        });
        return new Shard(i + 1, replicas, patience);
      }),
    );
  }

  /** Prepares all servers. Those that cannot be reached are prepared when they can. */
  async prepare(): Promise<void> {
    await Promise.all(
      this.shards.map(async ({ replicas }) => {
        const outcomes = await Promise.allSettled(replicas.map((replica) => replica.prepare()));
        const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
        const lasting = errors.find((error) => !isTemporary(error));
        if (lasting !== undefined || errors.length === replicas.length) throw lasting ?? errors[0];
      }),
    );
  }

  get isOfSeveral(): boolean {
    return this.shards.some(({ number }) => number !== undefined);
  }

  /** The shard of a store. */
  of(key: number): Shard {
    return this.shards[this.placeOf(key)] as Shard;
  }

  /** The place of that among `shards`. */
  placeOf(key: number): number {
    return shardOf(key, this.shards.length);
  }

  interrupt(): void {
    for (const shard of this.shards) shard.interrupt();
  }

  async close(): Promise<void> {
    await Promise.all(this.shards.map((shard) => shard.close()));
  }
}

async function membersOf(address: ServerAddress, cluster: string): Promise<Member[]> {
  const server = new Clickhouse(connectTo(address), address.place);
  try {
    const rows = await server.rows(
      `select shard_num, host_name from system.clusters where cluster = '${cluster}' order by shard_num, replica_num`,
      'request',
    );
    if (rows.length === 0) {
      throw new UserError(
        'conflict',
        `ClickHouse at ${address.place} has no cluster "${cluster}" in its configuration`,
      );
    }
    return rows.map(({ shard_num: shard, host_name: host }) => ({ shard: Number(shard), host: String(host) }));
  } finally {
    await server.close();
  }
}

async function firstAnswer<T>(
  servers: readonly ServerAddress[],
  ask: (server: ServerAddress) => Promise<T>,
): Promise<T> {
  let reason: unknown;
  for (const server of servers) {
    try {
      return await ask(server);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      reason ??= error;
    }
  }
  throw reason;
}
