import { type Static, Type } from 'typebox';
import { canSeeAllStores, type Principal, storesOf } from '../../accounts/access.ts';
import { formatInstant } from '../../calendar/instant.ts';
import type { FleetService } from '../../fleet/service.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { every } from '../../lib/world/timers.ts';
import { Instant, Nullable } from '../schemas.ts';
import type { EventStream } from '../sse.ts';
import { StateCounts } from './status.ts';

export const FleetUpdate = Type.Object(
  {
    as_of: Instant,
    stores: Type.Integer(),
    states: StateCounts,
    latest_poll: Nullable(Instant),
    revision: Type.Optional(
      Type.Integer({ description: 'rises with every change of the data; only for callers who see all stores' }),
    ),
  },
  { title: 'FleetUpdate' },
);

/** Milliseconds between two looks at the fleet while somebody listens. */
const INTERVAL = 5_000;

interface Listener {
  readonly principal: Principal;
  readonly stream: EventStream;
  /** What was sent last, as JSON. */
  sent: string;
}

/** Tells listeners how the stores that they see are, whenever that has changed. */
export class FleetEvents {
  readonly #fleet: Pick<FleetService, 'view'>;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<Listener>();
  #looking: Timer | undefined;

  /** @param onError told when the fleet could not be looked at; it is tried again */
  constructor(fleet: Pick<FleetService, 'view'>, onError: (error: unknown) => void) {
    this.#fleet = fleet;
    this.#onError = onError;
  }

  add(principal: Principal, stream: EventStream): void {
    const listener = { principal, stream, sent: '' };
    this.#listeners.add(listener);
    stream.closed.then(() => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#looking?.stop();
        this.#looking = undefined;
      }
    });
    this.#looking ??= every(INTERVAL, () => this.#tellAll()).unref();
    this.#tell(listener).catch(this.#onError);
  }

  #tellAll(): void {
    for (const listener of this.#listeners) this.#tell(listener).catch(this.#onError);
  }

  async #tell(listener: Listener): Promise<void> {
    const { principal, stream } = listener;
    const { live, entries, latestPoll, revision } = await this.#fleet.view(storesOf(principal), undefined);
    const update: Omit<Static<typeof FleetUpdate>, 'as_of'> = {
      stores: entries.length,
      states: live.count(entries),
      latest_poll: latestPoll === undefined ? null : formatInstant(latestPoll),
      // It counts what happens to the stores of others too.
      ...(canSeeAllStores(principal) && { revision }),
    };
    const text = JSON.stringify(update);
    if (text === listener.sent) return;
    listener.sent = text;
    stream.send('fleet', { as_of: formatInstant(live.asOf), ...update });
  }
}
