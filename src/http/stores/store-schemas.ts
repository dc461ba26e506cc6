import { type Static, Type } from 'typebox';
import { DEFAULT_ZONE, shownZone } from '../../calendar/tzdb.ts';
import { REASON_PATTERN, reasonOf } from '../../domain/reasons.ts';
import type { Check } from '../../domain/worst.ts';
import { invalid } from '../../lib/errors.ts';
import { LABEL_KEY_LENGTH, LABEL_LENGTH, MAX_LABELS, NAME_LENGTH, PROBE_URL_LENGTH } from '../../lib/store-fields.ts';
import type { StoreEntry } from '../../stores/directory.ts';
import { hoursKnown, zoneKnown } from '../../stores/known.ts';
import { type LastPoll as LastPollOf, STATES, type States } from '../../stores/states.ts';
import { EXPECTED_KEY } from '../expectations.ts';
import { FirstPoll, Nullable, OneOf, StoreId, StoreTime, storeTime } from '../schemas.ts';

/** The earlier name of `time_zone` in responses. */
export const OldZone = Type.String({ deprecated: true, description: 'use `time_zone`' });

export const StorePath = Type.Object({ store_id: StoreId });

export const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH, description: 'display name' });

export const ZoneName = Type.String({
  maxLength: 100,
  description: 'an IANA time zone',
  examples: ['America/Chicago'],
});

/** The earlier name of `time_zone` where clients give one. */
export const OldZoneName = Type.Unsafe<string | null>({
  ...{ type: ['string', 'null'], maxLength: 100, deprecated: true },
  description: 'use `time_zone`',
});

/**
 * The time zone that a client gives under either name.
 *
 * @param place of the fields in the request: `stores.3.`
 * @throws UserError `invalid_input` if the names have different values
 */
export function givenZone<Z extends string | null>(
  { time_zone, zone }: { readonly time_zone?: Z; readonly zone?: Z },
  place = '',
): Z | undefined {
  if (time_zone === undefined || zone === undefined || time_zone === zone) {
    // Null is a value: the default zone.
    return time_zone === undefined ? zone : time_zone;
  }
  throw invalid('time_zone and zone, its deprecated name, are different: send time_zone alone', `${place}time_zone`);
}

/** The pattern of the key of a label, and in words. */
export const LABEL_KEY = `^[^:]{1,${LABEL_KEY_LENGTH}}$`;
export const LABEL_KEY_WORDS = `1 to ${LABEL_KEY_LENGTH} characters without a colon`;

export const Label = Type.String({ maxLength: LABEL_LENGTH });

function labelsWith(keys: string) {
  return Type.Record(Type.String({ pattern: keys }), Label, {
    maxProperties: MAX_LABELS,
    additionalProperties: false,
    [EXPECTED_KEY]: LABEL_KEY_WORDS,
    description: `such as brand and city; a key has up to ${LABEL_KEY_LENGTH} characters and no colon`,
    examples: [{ city: 'Chicago' }],
  });
}

export const GivenLabels = labelsWith(LABEL_KEY);

/** The serializer counts code units, and would omit a key of 100 characters that take two each. */
export const Labels = labelsWith('^[^:]*$');

export const ProbeUrl = Type.String({
  maxLength: PROBE_URL_LENGTH,
  description: 'the URL to probe; http or https, without a password',
  examples: ['https://store-17.example.com/health'],
});

export const PollStatus = OneOf(['active', 'inactive'] as const, 'what a poll found');

const REASONS = 'why a poll is inactive, from a closed list';

export const ReasonCode = Type.String({ pattern: `^${REASON_PATTERN}$`, description: REASONS, examples: ['http_503'] });

export const PollReason = Type.Object(
  {
    code: ReasonCode,
    detail: Nullable(Type.String({ description: "the platform's own term", examples: ['PAUSED_BY_RESTAURANT'] })),
  },
  { title: 'PollReason' },
);

export const LastPoll = Type.Object(
  { at: StoreTime, status: PollStatus, reason: Nullable(PollReason) },
  {
    title: 'LastPoll',
    description: 'within two polling intervals; null: none, though older polls may exist',
  },
);

export const LastCheck = Type.Object(
  { at: StoreTime, status: PollStatus },
  { title: 'LastCheck', description: 'the last poll that counts, of the last eight days' },
);

/** When the planned downtime that a store is in ends. */
export const PlannedUntil = Nullable({
  ...StoreTime,
  description: 'when the planned downtime that the store is in ends; null: it is in none',
} as typeof StoreTime);

export const Store = Type.Object(
  {
    store_id: StoreId,
    name: Nullable(Name),
    time_zone: Type.String({
      description: 'an IANA time zone; UTC while `zone_known` is false',
      examples: ['America/Chicago'],
    }),
    zone: OldZone,
    zone_known: Type.Boolean({
      description: 'false: the given zone is invalid, so it is unknown when the store is open',
    }),
    hours_known: Type.Boolean({
      description: 'false: the given hours are invalid, so it is unknown when the store is open',
    }),
    zone_is_default: Type.Boolean({ description: 'true: no time zone was ever given' }),
    labels: Labels,
    probe_url: Nullable(ProbeUrl),
    state: OneOf(
      STATES,
      '`offline`: inactive while scheduled open; `unknown`: open without a recent poll, or with unknown hours or zone',
    ),
    planned_until: PlannedUntil,
    last_poll: Nullable(LastPoll),
    first_poll: FirstPoll,
  },
  { title: 'Store' },
);

/** The zone in which the times of a store are shown. */
export function zoneOf({ zone = DEFAULT_ZONE }: StoreEntry): string {
  return shownZone(zone);
}

/** @param now the states of all stores at the requested instant */
export function storeBody(store: StoreEntry, now: States) {
  const { state, lastPoll, firstPoll, plannedUntil } = now.of(store);
  const zone = zoneOf(store);
  return {
    store_id: store.id,
    name: store.name ?? null,
    time_zone: zone,
    zone,
    zone_known: zoneKnown(store),
    hours_known: hoursKnown(store, now.asOf),
    zone_is_default: store.zone === undefined,
    labels: store.labels,
    probe_url: store.probeUrl ?? null,
    state,
    planned_until: timeOrNull(plannedUntil, zone),
    last_poll: lastPoll === undefined ? null : pollBody(lastPoll, zone),
    first_poll: timeOrNull(firstPoll, zone),
  };
}

/** An instant in the zone of a store; null: there is none. */
export function timeOrNull(instant: number | undefined, zone: string): Static<typeof StoreTime> | null {
  return instant === undefined ? null : storeTime(instant, zone);
}

export function pollBody({ instant, active, reason }: LastPollOf, zone: string) {
  return { at: storeTime(instant, zone), status: statusOf({ active }), reason: reasonBody(reason) };
}

export function lastCheckBody(check: Check | undefined, zone: string): Static<typeof LastCheck> | null {
  return check === undefined ? null : { at: storeTime(check.instant, zone), status: statusOf(check) };
}

/** @param reason in the form of `reasonText` */
export function reasonBody(reason: string | undefined): Static<typeof PollReason> | null {
  if (reason === undefined) return null;
  const { code, detail = null } = reasonOf(reason);
  return { code, detail };
}

export function statusOf({ active }: { readonly active: boolean }): 'active' | 'inactive' {
  return active ? 'active' : 'inactive';
}
