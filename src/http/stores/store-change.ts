import { type Static, Type } from 'typebox';
import { MAX_LABELS } from '../../lib/store-fields.ts';
import type { StoreChange } from '../../stores/change.ts';
import { EXPECTED_KEY } from '../expectations.ts';
import { Nullable, StoreId } from '../schemas.ts';
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

export const ChangedStore = Type.Object(described, {
  additionalProperties: false,
  title: 'ChangedStore',
  description:
    'Fields that are missing stay unchanged. `labels` replaces all labels, `set_labels` some; a new zone applies from now on.',
});

/**
 * @param place of the fields in the request: `stores.3.`
 * @throws UserError `invalid_input` if the names of the time zone have different values
 */
export function changeFrom(given: Static<typeof ChangedStore>, place = ''): StoreChange {
  const { name, labels, set_labels, probe_url } = given;
  const zone = givenZone(given, place);
  return {
    ...(name !== undefined && { name }),
    ...(zone !== undefined && { zone, zoneField: given.time_zone === undefined ? 'zone' : 'time_zone' }),
    ...(labels !== undefined && { labels }),
    ...(set_labels !== undefined && { setLabels: set_labels }),
    ...(probe_url !== undefined && { probeUrl: probe_url }),
  };
}
