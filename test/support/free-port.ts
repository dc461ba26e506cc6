import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems choose by themselves (Linux: from 32768), so that no other process gets one by chance. */
const [FIRST, END] = [20_000, 32_000];

/** A port of 127.0.0.1 that was just free, and that nothing takes unless it is told to. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    // At all addresses, since some servers listen at all of them.
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
