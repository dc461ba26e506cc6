import type { Logger } from 'pino';
import { messageOf } from '../lib/errors.ts';
import { Semaphore } from '../lib/semaphore.ts';
import { sleep } from '../lib/world/timers.ts';
import { MailError, type Mailer, type Message } from './message.ts';

/** Pauses before the next attempts, milliseconds. */
const PAUSES = [10_000, 60_000];
const AT_ONCE = 2;
/** The most messages in memory; beyond that, new ones are dropped. */
const WAITING = 1_000;

/** What happened to a message, for good or, as `retried`, for now. */
export type MailOutcome = 'sent' | 'retried' | 'failed' | 'dropped';

interface OutboxParts {
  readonly mailer: Mailer;
  readonly log: Logger;
  /** Pauses between attempts, milliseconds. */
  readonly pauses?: readonly number[];
  /** Called with the kind of the message after each attempt. */
  readonly onOutcome?: (kind: string, outcome: MailOutcome) => void;
}

/**
 * Sends messages in the background, and tries again what could not be delivered for the time being. Messages are in
 * memory only, since they may hold secrets: those that wait are lost when the process ends.
 */
export class Outbox {
  readonly #mailer: Mailer;
  readonly #log: Logger;
  readonly #pauses: readonly number[];
  readonly #onOutcome: (kind: string, outcome: MailOutcome) => void;
  readonly #semaphore = new Semaphore(AT_ONCE);
  readonly #stopping = new AbortController();
  readonly #pending = new Set<Promise<void>>();

  constructor({ mailer, log, pauses = PAUSES, onOutcome = () => {} }: OutboxParts) {
    this.#mailer = mailer;
    this.#log = log;
    this.#pauses = pauses;
    this.#onOutcome = onOutcome;
  }

  /** Messages that are being sent, or wait for another attempt. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Sends a message in the background. Failures are logged. */
  post(message: Message): void {
    const { kind } = message;
    if (this.#stopping.signal.aborted || this.#pending.size >= WAITING) {
      this.#log.error({ kind, waiting: this.#pending.size }, 'mail dropped');
      this.#onOutcome(kind, 'dropped');
      return;
    }
    const sending = this.#deliver(message).finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
  }

  /** Resolves when all messages were sent or given up. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Ends attempts that are under way; what was not sent is lost. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#mailer.close();
    await this.settled();
  }

  async #deliver(message: Message): Promise<void> {
    const { kind } = message;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#semaphore.run(() => this.#mailer.send(message));
        this.#log.info({ kind }, 'mail sent');
        this.#onOutcome(kind, 'sent');
        return;
      } catch (error) {
        const pause = error instanceof MailError && error.permanent ? undefined : this.#pauses[attempt];
        const reason = messageOf(error);
        if (pause === undefined || this.#stopping.signal.aborted) {
          this.#log.error({ kind, reason }, 'mail not sent');
          this.#onOutcome(kind, 'failed');
          return;
        }
        this.#log.warn({ kind, reason, seconds: pause / 1_000 }, 'mail not sent yet; trying again');
        this.#onOutcome(kind, 'retried');
        await sleep(pause, this.#stopping.signal).catch(() => {});
      }
    }
  }
}
