import { type Static, Type } from 'typebox';
import { MAX_LABELS } from '../../lib/store-fields.ts';
import type { StoreChange } from '../../stores/change.ts';
import { Nullable, StoreId } from '../schemas.ts';
import { GivenLabels, LABEL_KEY, Label, Name, ProbeUrl, ZoneName } from './store-schemas.ts';

/** What a request can say about a store. */
export const described = {
  name: Type.Optional(Nullable(Name)),
  zone: Type.Optional(Nullable(ZoneName)),
  labels: Type.Optional(GivenLabels),
  set_labels: Type.Optional(
    Type.Record(Type.String({ pattern: LABEL_KEY }), Nullable(Label), {
      maxProperties: MAX_LABELS,
      additionalProperties: false,
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

export function changeFrom({ name, zone, labels, set_labels, probe_url }: Static<typeof ChangedStore>): StoreChange {
  return {
    ...(name !== undefined && { name }),
    ...(zone !== undefined && { zone }),
    ...(labels !== undefined && { labels }),
    ...(set_labels !== undefined && { setLabels: set_labels }),
    ...(probe_url !== undefined && { probeUrl: probe_url }),
  };
}
