import { existsSync } from 'node:fs';
import { checkListening } from '../../accounts/start.ts';
import { stopWork } from '../../compose/stopping.ts';
import { createServer, type Server, type ServerParts } from '../../compose.ts';
import type { Config, ConfigFlags } from '../../config/config.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { configOf } from '../database.ts';
import { describeImport, importFromFlags } from '../feed-import.ts';
import { type FeedFlags, namesFeeds } from '../feeds.ts';
import { openServerDatabase, runOn } from '../local-database.ts';
import { say } from '../output.ts';
import { onSignal } from '../signals.ts';
import { asMisuse } from '../usage.ts';

/** Starts the server, after an import if files are specified. */
export async function serve(flags: FeedFlags & ConfigFlags): Promise<void> {
  await startServer(configOf(flags), async ({ operations }, signal) => {
    if (namesFeeds(flags)) describeImport(await importFromFlags(runOn(operations), flags, { signal }));
  });
}

/**
 * Starts a server. SIGTERM and SIGINT shut it down, with exit code 0, from the moment at which it opens the database.
 *
 * @param prepare is done before it listens; `signal` aborts when the server is to stop
 * @param parts its log; by default JSON lines on standard output
 * @returns its address, such as `http://127.0.0.1:5000`
 */
export async function startServer(
  config: Config,
  prepare: (server: Server, signal: AbortSignal) => Promise<void>,
  parts: Pick<ServerParts, 'log'> = {},
): Promise<string> {
  const stopping = new AbortController();
  onSignal((signal) => {
    say(`stopped by ${signal} before the server was ready`);
    stopping.abort(new UserError('unavailable', `stopped by ${signal}`));
  });
  const { signal } = stopping;
  let storage: Storage | undefined;
  let server: Server | undefined;
  let address: string;
  try {
    await checkHost(config);
    storage = await openServerDatabase(config);
    signal.throwIfAborted();
    server = await createServer(config, storage, parts).catch((error: unknown) => {
      throw asMisuse(error);
    });
    signal.throwIfAborted();
    await cutOff(storage, signal, prepare(server, signal));
    signal.throwIfAborted();
    address = await cutOff(storage, signal, server.listen());
    signal.throwIfAborted();
  } catch (error) {
    await (server ?? storage)?.close();
    if (signal.aborted) process.exit(0);
    throw listenError(error, config.host, config.port);
  }
  const running = server;
  onSignal((name) => end(running, name));
  say(`listening on ${address}`);
  return address;
}

/** A database that does not exist yet has no users: that is found before it is created. */
async function checkHost({ host, database }: Config): Promise<void> {
  const isNew = database.engine === 'duckdb' && (database.path === undefined || !existsSync(database.path));
  if (!isNew) return;
  await checkListening({ hasUsers: async () => false }, host).catch((error: unknown) => {
    throw asMisuse(error);
  });
}

/** Waits for a step of the start. If it has not ended some seconds after the signal, it is cut off from the database. */
async function cutOff<T>(storage: Storage, signal: AbortSignal, step: Promise<T>): Promise<T> {
  const ended = step.then(
    () => {},
    () => {},
  );
  const cut = () => void stopWork(storage, [{ stop: () => ended }]);
  signal.addEventListener('abort', cut, { once: true });
  try {
    return await step;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

function end(server: Server, signal: string): void {
  server.log.info({ signal }, 'shutting down');
  server.close().then(
    () => process.exit(0),
    (error) => {
      server.log.error({ err: error }, 'shutdown failed');
      process.exit(1);
    },
  );
}

/** Turns a failure to listen into a message for the user. */
export function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new UserError(
      'unavailable',
      `port ${port} on ${host} is already in use; choose another one with --port or PORT`,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UserError('unavailable', `cannot listen on ${host} port ${port}: ${messageOf(error)}`);
  }
  return error;
}
