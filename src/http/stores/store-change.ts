import { type Static, Type } from 'typebox';
import { DEFAULT_ZONE, shownZone } from '../../calendar/tzdb.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';
import { MAX_LABELS } from '../../lib/store-fields.ts';
import type { StoreChange } from '../../stores/change.ts';
import { EXPECTED_KEY } from '../expectations.ts';
import { Nullable, readOnly, StoreId } from '../schemas.ts';
import {
  GivenLabels,
  givenZone,
  LABEL_KEY,
  LABEL_KEY_WORDS,
  Label,
  Name,
  OldZoneName,
  ProbeUrl,
  ZoneName,
} from './store-schemas.ts';

/** What a request can say about a store. */
export const described = {
  name: Type.Optional(Nullable(Name)),
  time_zone: Type.Optional(Nullable(ZoneName)),
  zone: Type.Optional(OldZoneName),
  labels: Type.Optional(GivenLabels),
  set_labels: Type.Optional(
    Type.Record(Type.String({ pattern: LABEL_KEY }), Nullable(Label), {
      maxProperties: MAX_LABELS,
      additionalProperties: false,
      [EXPECTED_KEY]: LABEL_KEY_WORDS,
      description: 'labels to add or replace, and null for those to remove; the others stay',
      examples: [{ city: 'Chicago', brand: null }],
    }),
  ),
  probe_url: Type.Optional(Nullable(ProbeUrl)),
};

export const NewStore = Type.Object(
  { store_id: Type.Optional(StoreId), ...described },
  { additionalProperties: false, title: 'NewStore' },
);

/** What the responses about a store have beyond that. */
export const readOnlyOfStore = {
  zone_known: Type.Optional(Type.Boolean({ readOnly: true, description: 'read-only; false: `time_zone` is ignored' })),
  zone_is_default: Type.Optional(
    Type.Boolean({ readOnly: true, description: 'read-only; true: the default zone as `time_zone` stays the default' }),
  ),
  ...readOnly(
    'hours_known',
    'state',
    'planned_until',
    'last_poll',
    'first_poll',
    'offline_since',
    'began_earlier',
    'since_first_poll',
    'last_check',
  ),
};

export const ChangedStore = Type.Object(
  { store_id: Type.Optional(StoreId), ...described, ...readOnlyOfStore },
  {
    additionalProperties: false,
    title: 'ChangedStore',
    description:
      'Fields that are missing stay unchanged, and read-only fields of a response are ignored. `labels` replaces all labels, `set_labels` some; a new zone applies from now on.',
  },
);

const Described = Type.Object({ ...described, ...readOnlyOfStore });

/** The zone that a request means: of a store without a known zone of its own, responses show one that is not stored. */
function storedZone(
  zone: string | null | undefined,
  { zone_known: known, zone_is_default: isDefault }: Static<typeof Described>,
): string | null | undefined {
  if (known === false && zone === shownZone(UNKNOWN_ZONE)) return undefined;
  return isDefault === true && zone === DEFAULT_ZONE ? null : zone;
}

/**
 * @param place of the fields in the request: `stores.3.`
 * @throws UserError `invalid_input` if the names of the time zone have different values
 */
export function changeFrom(given: Static<typeof Described>, place = ''): StoreChange {
  const { name, labels, set_labels, probe_url } = given;
  const zone = storedZone(givenZone(given, place), given);
  return {
    ...(name !== undefined && { name }),
    ...(zone !== undefined && { zone, zoneField: given.time_zone === undefined ? 'zone' : 'time_zone' }),
    ...(labels !== undefined && { labels }),
    ...(set_labels !== undefined && { setLabels: set_labels }),
    ...(probe_url !== undefined && { probeUrl: probe_url }),
  };
}
