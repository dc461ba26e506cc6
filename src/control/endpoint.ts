import { createHmac } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** Where a running server that has a DuckDB file open can be reached, and with what: the content of the endpoint file. */
export interface Endpoint {
  /** The version of the server's program. */
  readonly version: string;
  readonly pid: number;
  /** The inode of the database file: a copy of the folder has another one. */
  readonly inode: string;
  /** A random secret of this run of the server. */
  readonly token: string;
  readonly address: SocketAddress | LoopbackAddress;
}

/** A Unix domain socket, by its name beside the database. */
interface SocketAddress {
  readonly socket: string;
}

/** Where there are no Unix domain sockets. */
interface LoopbackAddress {
  readonly host: string;
  readonly port: number;
}

/** macOS allows 103 bytes, Linux 107. */
const LONGEST_SOCKET_PATH = 103;

/** The file beside a database that describes its server. */
export function endpointFile(database: string): string {
  return `${database}.control`;
}

/** The absolute path of the socket of a server; `undefined`: it would be too long, or the system has no such sockets. */
export function socketPath(database: string): string | undefined {
  const path = `${database}.sock`;
  return process.platform === 'win32' || Buffer.byteLength(path) > LONGEST_SOCKET_PATH ? undefined : path;
}

/** The file of a database, after links are resolved; `undefined`: it does not exist. */
export function databaseFile(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

export async function inodeOf(path: string): Promise<string> {
  return String((await stat(path, { bigint: true })).ino);
}

/** Writes the endpoint file, readable by the user of the server only. It appears complete or not at all. */
export async function writeEndpoint(database: string, endpoint: Endpoint): Promise<void> {
  const partial = `${endpointFile(database)}.partial`;
  await rm(partial, { force: true });
  await writeFile(partial, `${JSON.stringify(endpoint)}\n`, { flag: 'wx', mode: 0o600 });
  await chmod(partial, 0o600);
  await rename(partial, endpointFile(database));
}

/** The endpoint of a server; `undefined`: no file, or it belongs to another database. */
export async function readEndpoint(database: string): Promise<Endpoint | undefined> {
  try {
    const endpoint = JSON.parse(await readFile(endpointFile(database), 'utf8')) as Endpoint;
    return endpoint.inode === (await inodeOf(database)) ? endpoint : undefined;
  } catch {
    return undefined;
  }
}

/** How a client connects to an address. The shorter of two paths, since sockets have a limit. */
export function connectionTo(
  database: string,
  { address }: Endpoint,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  if (!('socket' in address)) return { host: address.host, port: address.port };
  const path = join(dirname(database), basename(address.socket));
  const near = relative(process.cwd(), path);
  return { socketPath: near.length < path.length ? near : path };
}

/** Shows that a server knows the token, without sending it. */
export function proofOf(token: string, challenge: string): string {
  return createHmac('sha256', token).update(`server\n${challenge}`).digest('base64url');
}
