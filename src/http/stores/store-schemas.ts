import { Type } from 'typebox';
import type { StoreEntry } from '../../stores/directory.ts';
import { STATES, type StoreState } from '../../stores/states.ts';
import { DEFAULT_ZONE } from '../../tzdb.ts';
import { Nullable, OneOf, StoreId, StoreTime, storeTime } from '../schemas.ts';

export const StorePath = Type.Object({ store_id: StoreId });

export const Name = Type.String({ minLength: 1, maxLength: 200, description: 'what people call the store' });

export const Zone = Type.String({ maxLength: 100, description: 'an IANA time zone', examples: ['America/Chicago'] });

function labelsWith(keys: string) {
  return Type.Record(Type.String({ pattern: keys }), Type.String({ maxLength: 200 }), {
    maxProperties: 50,
    additionalProperties: false,
    description: 'such as brand and city; a key has up to 100 characters and no colon',
    examples: [{ city: 'Chicago' }],
  });
}

export const GivenLabels = labelsWith('^[^:]{1,100}$');

/** What writes answers counts code units, and would leave out a key of 100 characters that take two each. */
const Labels = labelsWith('^[^:]*$');

export const ProbeUrl = Type.String({
  maxLength: 2_000,
  description: 'where it can be asked whether it is online; http or https, without a password',
  examples: ['https://store-17.example.com/health'],
});

export const PollStatus = OneOf(['active', 'inactive'] as const, 'what a poll found');

export const LastPoll = Type.Object(
  { at: StoreTime, status: PollStatus },
  {
    title: 'LastPoll',
    description: 'of two polling intervals; null, where a store has none: an older one is in its polls',
  },
);

export const Store = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Name),
    zone: Zone,
    zone_is_default: Type.Boolean({ description: 'nobody ever said in which zone it is' }),
    labels: Labels,
    probe_url: Nullable(ProbeUrl),
    state: OneOf(STATES, '`offline`: while it should be open; `unknown`: open, and not polled of late'),
    last_poll: Nullable(LastPoll),
  },
  { title: 'Store' },
);

export function zoneOf({ zone = DEFAULT_ZONE }: StoreEntry): string {
  return zone;
}

export function storeBody(store: StoreEntry, { state, lastPoll }: StoreState) {
  const zone = zoneOf(store);
  return {
    store_id: store.id,
    name: store.name ?? null,
    zone,
    zone_is_default: store.zone === undefined,
    labels: store.labels,
    probe_url: store.probeUrl ?? null,
    state,
    last_poll: lastPoll === undefined ? null : { at: storeTime(lastPoll.instant, zone), status: statusOf(lastPoll) },
  };
}

export function statusOf({ active }: { readonly active: boolean }): 'active' | 'inactive' {
  return active ? 'active' : 'inactive';
}
