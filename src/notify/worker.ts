import type { Logger } from 'pino';
import { WorkLoop } from '../jobs/work-loop.ts';
import { messageOf } from '../lib/errors.ts';
import { untrustedClock } from '../lib/world/clock-watch.ts';
import { elapsed } from '../lib/world/clocks.ts';
import { newId, random } from '../lib/world/random.ts';
import { waitAtMost } from '../lib/world/timers.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { ClaimedDelivery, DeliveryOutcome } from '../storage/ports/deliveries.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Channel, ChannelParts, SendResult } from './channel.ts';
import { channelOf } from './channels/registry.ts';
import type { Composer } from './composer.ts';
import { afterAttempt, deadlineOf, sendableFrom } from './schedule.ts';
import { redacted, type Sealer } from './sealer.ts';

/** How often to look for deliveries that were not announced: those of other servers, and repetitions; milliseconds. */
const LOOK_INTERVAL = 5_000;
/** How many messages are sent at a time, each to another contact point. */
const AT_ONCE = 16;
/** Longer than any attempt, milliseconds. */
const LEASE = 90_000;
/** How long messages that are being sent may take when the server stops, milliseconds. */
const STOP_GRACE = 4_000;
/** Finished deliveries are kept this long, milliseconds. */
const KEPT = 90 * 24 * 3_600_000;
const PRUNE_INTERVAL = 3_600_000;

/** How an attempt ended, for the metrics. */
export type AttemptOutcome = 'sent' | 'retry' | 'failed' | 'gone';

export interface DeliveryWorkerParts {
  readonly storage: Pick<Storage, 'accounts' | 'contactPoints' | 'deliveries'>;
  readonly channels: ChannelParts;
  readonly sealer: Sealer;
  readonly composer: Composer;
  readonly log: Logger;
  readonly now: () => number;
  /** Whether the wall clock can be relied on; it can, if not given. */
  readonly trusted?: () => boolean;
  readonly onAttempt?: (channel: string, outcome: AttemptOutcome) => void;
}

/**
 * Sends the deliveries that are due, of any server on the database. Each is sent at least once: if a worker is lost
 * between sending and recording it, another one sends it again under the same ID.
 */
export class DeliveryWorker {
  readonly #parts: DeliveryWorkerParts;
  readonly #loop = new WorkLoop(() => this.#claimAll());
  readonly #running = new Set<Promise<void>>();
  readonly #name = newId();
  #claims = 0;
  #prunedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Of the time before the start, nothing is known. */
  #clockWasAhead = true;

  constructor(parts: DeliveryWorkerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop.start(LOOK_INTERVAL);
  }

  /** Announces a delivery. */
  wake(): void {
    this.#loop.wake();
  }

  /** The clock was set back: no message waits until the time comes that the clock showed before. */
  clockSetBack(): void {
    this.#clockWasAhead = true;
    this.wake();
  }

  /** When it last looked for deliveries without an error, on the monotonic clock. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** Takes no more deliveries. What is being sent has a few seconds; later, another worker sends it again. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await waitAtMost(STOP_GRACE, Promise.all(this.#running));
  }

  async #claimAll(): Promise<void> {
    const { storage, log, now } = this.#parts;
    try {
      if (this.#clockWasAhead && this.#trusted) {
        this.#clockWasAhead = false;
        await storage.deliveries.bringForward(now(), LEASE).catch((error) => {
          this.#clockWasAhead = true;
          throw error;
        });
      }
      // With a wrong clock, messages would be given up, and the next ones held back for as long as it is wrong.
      while (!this.#loop.stopping.aborted && this.#running.size < AT_ONCE && this.#trusted) {
        const delivery = await storage.deliveries.claim(`${this.#name}.${++this.#claims}`, now(), LEASE);
        if (delivery === undefined) break;
        const sending = this.#deliver(delivery).finally(() => {
          this.#running.delete(sending);
          this.#loop.wake();
        });
        this.#running.add(sending);
      }
      await this.#prune();
      this.#lookedAt = elapsed();
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'deliveries are unavailable; trying again soon');
    }
  }

  /** Whether the wall clock can be relied on. */
  get #trusted(): boolean {
    return this.#parts.trusted?.() ?? true;
  }

  async #prune(): Promise<void> {
    const { storage, now } = this.#parts;
    if (elapsed() - this.#prunedAt < PRUNE_INTERVAL || !this.#trusted) return;
    this.#prunedAt = elapsed();
    await storage.deliveries.prune(now() - KEPT);
  }

  /** Never rejects: a delivery that could not be recorded is due again when its lease is over. */
  async #deliver(delivery: ClaimedDelivery): Promise<void> {
    const { storage, log } = this.#parts;
    const labels = { delivery: delivery.id, kind: delivery.kind, contactPoint: delivery.contactPointId };
    try {
      const point = await storage.contactPoints.contactPoint(delivery.contactPointId);
      await this.#attempt(delivery, point, log.child({ ...labels, channel: point?.channel }));
    } catch (error) {
      log.error({ ...labels, err: error }, 'the delivery could not be processed; it will be tried again');
    }
  }

  async #attempt(delivery: ClaimedDelivery, point: ContactPointRecord | undefined, log: Logger): Promise<void> {
    const { facts, notBefore, kind } = delivery;
    const now = this.#parts.now();
    if (!this.#trusted) throw untrustedClock();
    const settle = (outcome: DeliveryOutcome) => this.#settle(delivery, outcome, now, now, log);
    const fail = (reason: string) => settle({ status: 'failed', reason });
    if (point === undefined) return fail('the contact point was removed');
    if (!point.enabled) return fail(point.notice ?? 'the contact point is disabled');
    if (!(await this.#isForSomeone(point))) return fail('the user of the contact point is disabled');
    const channel = channelOf(point.channel);
    if (channel === undefined) return fail(`there is no channel "${point.channel}"`);
    const deadline = deadlineOf(point, facts.severity, notBefore);
    if (now > deadline) return fail(`given up after a day: ${delivery.reason ?? 'it could not be tried earlier'}`);
    const nextAt = kind === 'test' ? now : sendableFrom(point, facts.severity, now);
    if (nextAt > now) return settle({ status: 'pending', reason: 'quiet hours', nextAt, counts: false });
    const result = await this.#send(delivery, point, channel, log);
    const end = this.#parts.now();
    const at = this.#trusted ? end : now;
    const attempt = { number: delivery.attempts, now: at, deadline, random: random() };
    const { outcome, holdUntil } = afterAttempt(result, attempt);
    await this.#settle(delivery, outcome, at, Math.max(holdUntil, at + channel.interval), log);
    const failed = result.status !== 'gone' && outcome.status === 'failed';
    this.#parts.onAttempt?.(channel.kind, failed ? 'failed' : (result.status as AttemptOutcome));
  }

  /** Whether the user of a contact point may still see what is sent to it. */
  async #isForSomeone({ userId }: ContactPointRecord): Promise<boolean> {
    if (userId === undefined) return true;
    const user = await this.#parts.storage.accounts.user(userId);
    return user !== undefined && !user.disabled;
  }

  async #settle(
    delivery: ClaimedDelivery,
    outcome: DeliveryOutcome,
    at: number,
    holdUntil: number,
    log: Logger,
  ): Promise<void> {
    const held = await this.#parts.storage.deliveries.settle(delivery, outcome, at, holdUntil);
    if (!held) return log.warn('another worker has taken the delivery');
    if (outcome.status === 'sent') return log.info('message sent');
    const { status, reason } = outcome;
    if (status === 'failed') return log.error({ reason }, 'message not sent');
    log.info({ reason, seconds: Math.round((outcome.nextAt - at) / 1_000) }, 'message not sent yet; trying again');
  }

  async #send(
    delivery: ClaimedDelivery,
    point: ContactPointRecord,
    channel: Channel,
    log: Logger,
  ): Promise<SendResult> {
    const { sealer, composer, channels } = this.#parts;
    const settings = sealer.settingsOf(point);
    if (settings === undefined) {
      return { status: 'retry', reason: 'the secrets of the contact point cannot be decrypted with this SECRET_KEY' };
    }
    try {
      const message = await composer.compose(delivery, point);
      const result = await channel.send(settings as never, message, channels);
      return result.status === 'sent' ? result : { ...result, reason: redacted(result.reason, channel, settings) };
    } catch (error) {
      log.error({ err: error }, 'the message could not be sent');
      return { status: 'retry', reason: `an internal error; the log has it under ${delivery.id}` };
    }
  }
}
