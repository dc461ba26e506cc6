import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Budgets } from '../../lib/budgets.ts';
import { every } from '../../lib/world/timers.ts';
import type { App, Quota } from '../types.ts';
import { cutOff, hasConnection } from './deadlines.ts';

/** Checks of an upload or download within `STALL_TIMEOUT`. */
const CHECKS = 12;

/** Whether a transfer is fast enough, on average over a period. */
export class TransferRate {
  readonly #bytesPerSecond: number;
  readonly #period: number;
  /** Milliseconds for which nothing more has to move. */
  #credit: number;

  /** @param period milliseconds; bytes that moved before it do not count */
  constructor(bytesPerSecond: number, period: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#period = period;
    this.#credit = period;
  }

  /**
   * Records bytes that moved, and the milliseconds for which this side waited for the other. Returns whether the
   * transfer is fast enough.
   */
  record(bytes: number, waited: number): boolean {
    this.#credit = Math.min(this.#period, this.#credit + (bytes / this.#bytesPerSecond) * 1_000 - waited);
    return this.#credit > 0;
  }
}

/** One direction of a connection. */
interface Transfer {
  /** Bytes so far. */
  moved(): number;
  /** Whether the client is the one that delays it, not this server. */
  waits(): boolean;
}

const TRANSFERS: Partial<Record<Quota, (request: FastifyRequest, response: ServerResponse) => Transfer>> = {
  upload: ({ raw }) => ({
    moved: () => raw.socket.bytesRead,
    waits: () => !raw.complete && raw.readableLength < raw.readableHighWaterMark,
  }),
  download: ({ raw: { socket } }, response) => ({
    moved: () => socket.bytesWritten - socket.writableLength,
    waits: () => response.writableLength > 0,
  }),
};

/** Cuts off a client that sends or receives a file too slowly, which would hold its quota. */
export function enforceTransferRate(app: App, { stall, transferRate }: Budgets): void {
  app.addHook('onRequest', async (request, reply) => {
    const { quota } = request.routeOptions.config;
    const transfer = quota && TRANSFERS[quota]?.(request, reply.raw);
    if (transfer === undefined || !hasConnection(request.raw)) return;
    const rate = new TransferRate(transferRate, stall);
    let before = transfer.moved();
    // It counts checks, not the time between them: while this process is busy, the client is not slow.
    const interval = stall / CHECKS;
    const timer = every(interval, () => {
      const moved = transfer.moved();
      const fastEnough = rate.record(moved - before, transfer.waits() ? interval : 0);
      before = moved;
      if (fastEnough) return;
      timer.stop();
      request.log.info({ quota }, 'client too slow; connection closed');
      cutOff(request.raw, reply.raw);
    }).unref();
    const end = () => timer.stop();
    reply.raw.once('finish', end).once('close', end);
  });
}
