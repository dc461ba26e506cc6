import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { UserError } from '../../lib/errors.ts';
import { elapsed } from '../../lib/world/clocks.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { after } from '../../lib/world/timers.ts';
import type { App } from '../types.ts';

/** Milliseconds from the end of a request to the first byte of its response. */
export const RESPONSE_TIMEOUT = 5_500;
/** Likewise, of a request that computes something large; proxies commonly wait for a minute. */
export const COMPUTATION_TIMEOUT = 55_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Milliseconds, if not `RESPONSE_TIMEOUT`. */
    responseTimeout?: number;
  }
  interface FastifyRequest {
    /** When the response is due. */
    deadline: Deadline;
  }
}

/**
 * Answers a request with `503` when its response has not begun in time, whatever its handler waits for. The time that a
 * client takes to send its body does not count. The rest of a response that has begun may take any time.
 *
 * Call it before the hooks and routes that it is to limit; a hook that waits for the database uses `Deadline.limit`.
 */
export function limitResponseTime(app: App, timeout = RESPONSE_TIMEOUT): void {
  app.decorateRequest('deadline');
  app.addHook('onRequest', async (request, reply) => {
    const deadline = new Deadline(reply, request.routeOptions.config?.responseTimeout ?? timeout);
    request.deadline = deadline;
    reply.raw.once('close', () => deadline.closed());
  });
  app.addHook('preParsing', async ({ deadline }) => deadline.pause());
  app.addHook('preValidation', async ({ deadline }) => deadline.resume());
  // Fastify itself answers to a malformed URL, before any hook has run.
  app.addHook('onSend', async (request) => (request as { deadline?: Deadline }).deadline?.pause());
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function limited(request, reply) {
      const result: unknown = handler.call(this, request, reply);
      return result instanceof Promise ? request.deadline.limit(result) : result;
    };
  });
}

/** The time that is left for a response to begin. */
export class Deadline {
  readonly #reply: FastifyReply;
  readonly #controller = new AbortController();
  readonly #timeout: number;
  #left: number;
  #startedAt = 0;
  #timer: Timer | undefined;
  #fail: (error: UserError) => void = () => {};
  readonly #passed: Promise<never>;
  /** What is sent since the response was due. */
  #error: UserError | undefined;

  constructor(reply: FastifyReply, timeout: number) {
    this.#reply = reply;
    this.#timeout = timeout;
    this.#left = timeout;
    this.#passed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.#passed.catch(() => {});
    this.#guardReply();
    this.resume();
  }

  /** Aborts when nobody waits for the response anymore: it was due, or the connection was closed before its end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @throws UserError `unavailable` as soon as the response is due */
  limit<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#passed]);
  }

  /** The time that `work` takes does not count. */
  async excluding<T>(work: () => Promise<T>): Promise<T> {
    this.pause();
    try {
      return await work();
    } finally {
      this.resume();
    }
  }

  pause(): void {
    if (this.#timer === undefined) return;
    this.#timer.stop();
    this.#timer = undefined;
    this.#left -= elapsed() - this.#startedAt;
  }

  resume(): void {
    if (this.#timer !== undefined || this.signal.aborted) return;
    this.#startedAt = elapsed();
    this.#timer = after(Math.max(1, this.#left), () => this.#pass()).unref();
  }

  /** The response has ended, or its connection was closed. */
  closed(): void {
    this.pause();
    if (!this.#reply.raw.writableFinished) this.#controller.abort(new Error('the connection was closed'));
  }

  #pass(): void {
    this.#timer = undefined;
    if (this.#reply.sent) return;
    const error = new UserError(
      'unavailable',
      `there was no response within ${this.#timeout / 1_000} s: the database does not respond, or there is too much to ` +
        'do; a change may still be made',
    );
    this.#error = error;
    this.#fail(error);
    this.#controller.abort(error);
  }

  /** Once the response is due, the reply sends the error and drops what its handler sends later. */
  #guardReply(): void {
    const reply = this.#reply;
    const { send, hijack } = reply;
    // The error handler sends the response while the error is being sent.
    let sending = false;
    reply.send = (payload?: unknown) => {
      if (this.#error === undefined || sending) return send.call(reply, payload);
      if (payload !== this.#error) {
        if (isStream(payload)) payload.destroy();
        return reply;
      }
      sending = true;
      try {
        return send.call(reply, payload);
      } finally {
        sending = false;
      }
    };
    reply.hijack = () => {
      if (this.#error !== undefined) throw this.#error;
      return hijack.call(reply);
    };
  }
}

function isStream(payload: unknown): payload is Readable {
  return typeof (payload as Readable | undefined)?.destroy === 'function';
}
