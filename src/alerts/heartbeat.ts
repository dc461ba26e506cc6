import type { Logger } from 'pino';
import { messageOf } from '../lib/errors.ts';
import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';
import type { HttpClient } from '../outbound/http-client.ts';

export interface HeartbeatParts {
  /** It may contain a secret, so no message shows it. */
  readonly url: string;
  readonly http: Pick<HttpClient, 'get'>;
  /** Whether stores are observed, rules are evaluated and messages are sent. */
  readonly works: () => Promise<boolean>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Milliseconds between two heartbeats, and for a request. */
const INTERVAL = 60_000;
const TIMEOUT = 10_000;

/**
 * Requests a URL every minute while alerts work from end to end: a dead man's switch, whose service alerts when the
 * requests stop.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #timer: Timer | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = every(INTERVAL, () => void this.beat()).unref();
  }

  stop(): void {
    this.#timer?.stop();
  }

  /** Requests the URL once if everything works. Never rejects. */
  async beat(): Promise<void> {
    const { url, http, works, log } = this.#parts;
    try {
      if (!(await works())) return;
      const response = await http.get(new URL(url), { headers: {}, timeout: TIMEOUT });
      response.drop();
      if (response.status >= 400) log.warn({ status: response.status }, 'the heartbeat was rejected');
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the heartbeat could not be sent');
    }
  }
}
