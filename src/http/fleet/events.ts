import { type Static, Type } from 'typebox';
import { canSeeAllStores, type Principal, storesOf } from '../../accounts/access.ts';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import type { FleetFigures } from '../../fleet/figures.ts';
import type { FleetService } from '../../fleet/service.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { every } from '../../lib/world/timers.ts';
import { Instant, Nullable } from '../schemas.ts';
import type { EventStream } from '../sse.ts';
import { OfflinePlanned, PollerStatus, pollerStatus, StateCounts } from './status.ts';

export const FleetUpdate = Type.Object(
  {
    as_of: Instant,
    stores: Type.Integer(),
    states: StateCounts,
    offline_planned: OfflinePlanned,
    latest_poll: Nullable(Instant),
    poller_status: PollerStatus,
    revision: Type.Optional(
      Type.Integer({ description: 'rises with every change of the data; only for callers who see all stores' }),
    ),
  },
  { title: 'FleetUpdate' },
);

/** Milliseconds between two checks while there are listeners. */
const INTERVAL = 5_000;

interface Listener {
  readonly principal: Principal;
  readonly stream: EventStream;
  /** The last update sent, as JSON. */
  sent: string;
}

/** The part of `FleetService` that updates are made of. */
interface Fleet extends Pick<FleetService, 'view' | 'pollInterval'> {
  readonly figures: (...asked: Parameters<FleetService['figures']>) => Promise<Pick<FleetFigures, 'latestPoll'>>;
}

/** Sends each listener the states of its visible stores whenever they change. */
export class FleetEvents {
  readonly #fleet: Fleet;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<Listener>();
  #timer: Timer | undefined;

  /** @param onError called if the states cannot be read; the next check tries again */
  constructor(fleet: Fleet, onError: (error: unknown) => void) {
    this.#fleet = fleet;
    this.#onError = onError;
  }

  add(principal: Principal, stream: EventStream): void {
    const listener = { principal, stream, sent: '' };
    this.#listeners.add(listener);
    stream.closed.then(() => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#timer?.stop();
        this.#timer = undefined;
      }
    });
    this.#timer ??= every(INTERVAL, () => this.#sendAll()).unref();
    this.#send(listener).catch(this.#onError);
  }

  #sendAll(): void {
    for (const listener of this.#listeners) this.#send(listener).catch(this.#onError);
  }

  async #send(listener: Listener): Promise<void> {
    const { principal, stream } = listener;
    const visible = storesOf(principal);
    const { asOf, live, entries, latestPoll, revision } = await this.#fleet.view(visible, undefined);
    // The view of an owner's stores leaves out stale polls; the figures have them.
    const latest = latestPoll ?? (await this.#fleet.figures(visible, undefined)).latestPoll;
    const update: Omit<Static<typeof FleetUpdate>, 'as_of'> = {
      stores: entries.length,
      states: live.count(entries),
      offline_planned: live.countPlanned(entries),
      latest_poll: instantOrNull(latest),
      poller_status: pollerStatus(latest, asOf, this.#fleet.pollInterval),
      // It also counts changes of the stores of other owners.
      ...(canSeeAllStores(principal) && { revision }),
    };
    const text = JSON.stringify(update);
    if (text === listener.sent) return;
    listener.sent = text;
    stream.send('fleet', { as_of: formatInstant(live.asOf), ...update });
  }
}
