import { type Static, Type } from 'typebox';
import { MOST_STORES, REASON_LENGTH } from '../../adjustments/check.ts';
import { PHASES } from '../../adjustments/phase.ts';
import { RULE_LENGTH } from '../../adjustments/rrule.ts';
import type { GivenAdjustment } from '../../adjustments/service.ts';
import { instantFrom } from '../../calendar/instant.ts';
import { ADJUSTMENT_KINDS } from '../../storage/ports/adjustments.ts';
import { Page } from '../pages.ts';
import { GivenInstant, Instant, Nullable, OneOf, oldName, StoreId, Uuid } from '../schemas.ts';
import { GivenLabels, Labels } from '../stores/store-schemas.ts';

export const tags = ['adjustments'];
export const ROOT = '/api/v1/adjustments';

/** The URL of a request as the routes know it: the earlier name of `ROOT`, which the next version lacks, still works. */
export function withoutOldRoot(url: string): string {
  return url.replace(/^\/api\/v1\/judgements(?=[/?]|$)/, ROOT);
}

export const AdjustmentPath = Type.Object({
  adjustment_id: Type.String({ format: 'uuid', description: 'the ID from the list' }),
});

export const Phase = OneOf(PHASES, '`active`: it covers the current time of one of its stores');

export const Kind = OneOf(
  ADJUSTMENT_KINDS,
  '`planned`: planned downtime. `excused`: time that counts neither as uptime nor as downtime. `false_reading`: the polls in it do not count. `force_down`: the stores were down, whatever the polls say. All but `planned` are for operators.',
);

const Reason = Type.String({ maxLength: REASON_LENGTH, description: 'why', examples: ['The kitchen is rebuilt'] });

const recurrenceFields = {
  rrule: Type.String({
    maxLength: RULE_LENGTH,
    description:
      'a recurrence rule of RFC 5545 with a frequency of at least a day; `UNTIL` is a store-local date or time without `Z`',
    examples: ['FREQ=WEEKLY;BYDAY=SU'],
  }),
  start: Type.String({
    maxLength: 30,
    description:
      'the store-local date and time from which the rule counts; the first occurrence if it matches the rule',
    examples: ['2026-11-29T02:00'],
  }),
  duration: Type.String({
    maxLength: 30,
    description:
      'how long each occurrence lasts: weeks, days, hours and minutes of ISO 8601. Days are calendar days, which clock changes make shorter or longer.',
    examples: ['PT2H'],
  }),
};

const GivenRecurrence = Type.Object(recurrenceFields, {
  additionalProperties: false,
  title: 'NewRecurrence',
  description: 'Recurring intervals in the local time of each store.',
});

const Recurrence = Type.Object(
  { ...recurrenceFields, text: Type.String({ description: 'the rule in English words' }) },
  { title: 'Recurrence', description: 'Recurring intervals in the local time of each store.' },
);

export const NewAdjustment = Type.Object(
  {
    kind: Type.Optional({ ...Kind, default: 'planned' }),
    store_ids: Type.Optional(Type.Array(StoreId, { maxItems: MOST_STORES, description: 'these stores' })),
    labels: Type.Optional({
      ...GivenLabels,
      description: 'all stores that have all of these labels, now or later; empty: all stores. Not for owners.',
    }),
    from: Type.Optional(GivenInstant('the start of an interval; by default now')),
    to: Type.Optional(GivenInstant('the end of an interval, at most five years after its start')),
    recurrence: Type.Optional(GivenRecurrence),
    reason: Reason,
  },
  {
    additionalProperties: false,
    title: 'NewAdjustment',
    description: 'Either `store_ids` or `labels`, and either `to` or `recurrence`.',
  },
);

const Interval = Type.Object({ from: Instant, to: Instant }, { title: 'Interval' });

const Revocation = Type.Object(
  {
    from: Nullable(Instant),
    reason: Type.String(),
    author: Type.String(),
    recorded_at: Instant,
  },
  { title: 'Revocation', description: '`from`: the instant from which it no longer applies; null: it never applied.' },
);

export const Adjustment = Type.Object(
  {
    adjustment_id: Uuid,
    judgement_id: oldName(Uuid, 'adjustment_id'),
    kind: Kind,
    state: Phase,
    store_ids: Nullable(Type.Array(StoreId, { description: 'the named stores that you can see' })),
    labels: Nullable(Labels),
    stores: Type.Integer({ description: 'the number of its stores that you can see' }),
    from: Nullable(Instant),
    to: Nullable(Instant),
    recurrence: Nullable(Recurrence),
    next: Nullable(Interval),
    reason: Type.String(),
    author: Type.String({ description: 'the name of who recorded it, at that time' }),
    recorded_at: Instant,
    revoked: Nullable(Revocation),
  },
  {
    title: 'Adjustment',
    description:
      'A statement about some stores and a time. It has `store_ids` or `labels`, and `from` and `to` or a `recurrence`. `next`: the current or next time that it covers, the earliest of its stores.',
  },
);

export const AdjustmentPage = Page(Adjustment, 'AdjustmentPage');

export const NewRevocation = Type.Object(
  {
    reason: Reason,
    entirely: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'as if it had never been recorded; by default, it stays for the time until now. Not for owners.',
      }),
    ),
  },
  { additionalProperties: false, title: 'NewRevocation' },
);

export const Preview = Type.Object(
  {
    stores: Type.Integer({ description: 'the number of its stores' }),
    open_hours: Type.Number({ description: 'scheduled open hours of these stores that it covers within `counted`' }),
    counted: Interval,
    starts: Type.Array(Type.String({ examples: ['2026-11-29T02:00:00'] }), {
      description: 'of a recurrence: the store-local times at which it begins first, at most five',
    }),
  },
  { title: 'AdjustmentPreview', description: 'At most the first 31 days are counted.' },
);

/** @throws UserError `invalid_input` */
export function adjustmentFrom({ from, to, ...given }: Static<typeof NewAdjustment>): GivenAdjustment {
  return {
    ...given,
    ...(from !== undefined && { from: instantFrom('from', from) }),
    ...(to !== undefined && { to: instantFrom('to', to) }),
  };
}
