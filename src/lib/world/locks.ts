import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { Lock } from './ports.ts';

/** Longer paths of sockets are cut off or refused, depending on the system. */
const LONGEST_PATH = 100;

/**
 * Locks by a listening socket: the system closes it when the process ends, however it ends, and a process id that is used
 * again means nothing. It also works between containers that share a folder.
 */
export async function lockBySocket(path: string): Promise<Lock> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw Object.assign(new Error(`ENAMETOOLONG: name too long, listen '${path}'`), { code: 'ENAMETOOLONG' });
  }
  const server = createServer((socket) => socket.destroy());
  const listening = once(server, 'listening');
  server.listen(path).unref();
  await listening;
  // It also removes the file, and does so at once.
  return { release: () => void server.close() };
}

/** Whether the process that locked a path is running. When in doubt, it is. */
export function isSocketLocked(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}
