import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Budgets } from '../../lib/budgets.ts';
import { every } from '../../lib/world/timers.ts';
import type { App, Share } from '../types.ts';
import { cutOff } from './deadlines.ts';

/** How often an upload or download is looked at within `STALL_TIMEOUT`. */
const LOOKS = 12;

/** Whether a transfer is fast enough, on average over a stretch of time. */
export class Pace {
  readonly #bytesPerSecond: number;
  readonly #stretch: number;
  /** Milliseconds for which nothing more needs to move. */
  #ahead: number;

  /** @param stretch milliseconds; what moved earlier does not count */
  constructor(bytesPerSecond: number, stretch: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#stretch = stretch;
    this.#ahead = stretch;
  }

  /**
   * Notes that so many bytes moved while this side waited for the other for so long (milliseconds). Returns whether the
   * transfer is fast enough.
   */
  note(bytes: number, waited: number): boolean {
    this.#ahead = Math.min(this.#stretch, this.#ahead + (bytes / this.#bytesPerSecond) * 1_000 - waited);
    return this.#ahead > 0;
  }
}

/** What there is to know about one direction of a connection. */
interface Transfer {
  /** Bytes so far. */
  moved(): number;
  /** Whether the client holds it up, and not this server. */
  waits(): boolean;
}

const TRANSFERS: Partial<Record<Share, (request: FastifyRequest, response: ServerResponse) => Transfer>> = {
  upload: ({ raw }) => ({
    moved: () => raw.socket.bytesRead,
    waits: () => !raw.complete && raw.readableLength < raw.readableHighWaterMark,
  }),
  download: ({ raw: { socket } }, response) => ({
    moved: () => socket.bytesWritten - socket.writableLength,
    waits: () => response.writableLength > 0,
  }),
};

/** Cuts off a client that sends or takes a file too slowly, so that it does not keep its place. */
export function keepPace(app: App, { stall, transferRate }: Budgets): void {
  app.addHook('onRequest', async (request, reply) => {
    const { share } = request.routeOptions.config;
    const transfer = share && TRANSFERS[share]?.(request, reply.raw);
    if (transfer === undefined) return;
    const pace = new Pace(transferRate, stall);
    let before = transfer.moved();
    // It counts looks and not the time between them: while this process is busy, the client is not slow.
    const look = stall / LOOKS;
    const timer = every(look, () => {
      const moved = transfer.moved();
      const fastEnough = pace.note(moved - before, transfer.waits() ? look : 0);
      before = moved;
      if (fastEnough) return;
      timer.stop();
      request.log.info({ share }, 'a client that is too slow is cut off');
      cutOff(request.raw, reply.raw);
    }).unref();
    const end = () => timer.stop();
    reply.raw.once('finish', end).once('close', end);
  });
}
