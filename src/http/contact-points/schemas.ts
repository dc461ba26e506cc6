import { Type } from 'typebox';
import { NOTIFICATION_KINDS } from '../../domain/alerts/facts.ts';
import { CHANNELS } from '../../notify/channels/registry.ts';
import { DELIVERY_STATUSES } from '../../storage/ports/deliveries.ts';
import { Id, Name, NullableInstant } from '../accounts/schemas.ts';
import { Instant, Nullable, OneOf, readOnly } from '../schemas.ts';

export const ContactPointPath = Type.Object({ contact_point_id: Id });
export const DeliveryPath = Type.Object({ delivery_id: Id });

const KINDS = CHANNELS.map(({ kind }) => kind);
const ChannelKind = OneOf(KINDS, 'how messages are sent; `GET /api/v1/channels` lists the settings of each');
export const Kind = OneOf([...NOTIFICATION_KINDS], 'why the message is sent');

/** A channel with the settings of its contact points. */
export const ChannelResource = Type.Object(
  {
    channel: ChannelKind,
    title: Type.String({ description: 'for people', examples: ['Slack'] }),
    settings: Type.Array(
      Type.Object({
        name: Type.String(),
        description: Type.String(),
        required: Type.Boolean(),
        secret: Type.Boolean({ description: 'stored encrypted and never shown' }),
        pattern: Nullable(Type.String({ description: 'a regular expression' })),
        default: Nullable(Type.String()),
      }),
    ),
  },
  { title: 'Channel' },
);

const TimeOfDay = Type.String({ maxLength: 20, description: 'in `time_zone`', examples: ['22:00'] });
const QuietHours = Type.Object(
  {
    start: TimeOfDay,
    end: TimeOfDay,
    hold_pages: Type.Boolean({ description: 'whether messages of severity `page` wait, too' }),
  },
  {
    title: 'QuietHours',
    additionalProperties: false,
    description: 'a daily interval in which messages are held back; an `end` before `start` is on the next day',
  },
);

const DigestTime = Type.Object(
  {
    time: { ...TimeOfDay, examples: ['08:00'] },
    day: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 6, description: '0 is Monday; null: every day' }))),
  },
  {
    title: 'Digest',
    additionalProperties: false,
    description: 'a daily or weekly summary of the incidents that began, ended or are open since the last one',
  },
);

const LONGEST_TEMPLATE = 10_000;
export const MessageTemplate = Type.Object(
  {
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, description: 'one line' })),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: LONGEST_TEMPLATE })),
  },
  {
    title: 'MessageTemplate',
    additionalProperties: false,
    description: 'Liquid templates, instead of the default texts',
  },
);

const LONGEST_SETTING = 2_000;
const GivenSettings = Type.Record(
  Type.String({ maxLength: 50 }),
  Nullable(Type.String({ maxLength: LONGEST_SETTING })),
  { maxProperties: 20, description: 'the settings of the channel', examples: [{ to: 'ops@example.com' }] },
);

const changeable = {
  time_zone: Type.String({
    maxLength: 100,
    description: "the recipient's IANA time zone",
    examples: ['Europe/Madrid'],
  }),
  quiet_hours: Nullable(QuietHours),
  digest: Nullable(DigestTime),
  enabled: Type.Boolean({ description: 'whether messages are sent' }),
  template: Nullable(MessageTemplate),
};

export const ContactPoint = Type.Object(
  {
    contact_point_id: Id,
    team: Type.Boolean({ description: 'whether it belongs to the team; otherwise, it is yours' }),
    name: Name,
    channel: ChannelKind,
    target: Type.String({ description: 'where messages go, without secrets', examples: ['hooks.slack.com'] }),
    settings: Type.Record(Type.String(), Type.String(), { description: 'those that are not secret' }),
    ...changeable,
    notice: Nullable(Type.String({ description: 'why it was disabled automatically' })),
    created_at: Instant,
  },
  { title: 'ContactPoint' },
);

export const NewContactPoint = Type.Object(
  {
    team: Type.Optional(
      Type.Boolean({ default: false, description: 'whether it belongs to the team: only for operators and admins' }),
    ),
    name: Name,
    channel: ChannelKind,
    settings: GivenSettings,
    time_zone: Type.Optional({ ...changeable.time_zone, default: 'UTC' }),
    quiet_hours: Type.Optional(changeable.quiet_hours),
    digest: Type.Optional(changeable.digest),
    enabled: Type.Optional({ ...changeable.enabled, default: true }),
    template: Type.Optional(changeable.template),
  },
  { title: 'NewContactPoint', additionalProperties: false },
);

export const ContactPointChange = Type.Object(
  {
    name: Type.Optional(Name),
    settings: Type.Optional({
      ...GivenSettings,
      description: 'the settings to replace; null removes one, and omitted ones stay unchanged',
    }),
    time_zone: Type.Optional(changeable.time_zone),
    quiet_hours: Type.Optional(changeable.quiet_hours),
    digest: Type.Optional(changeable.digest),
    enabled: Type.Optional(changeable.enabled),
    template: Type.Optional(changeable.template),
    contact_point_id: Type.Optional(Id),
    ...readOnly('team', 'channel', 'target', 'notice', 'created_at'),
  },
  {
    title: 'ContactPointChange',
    additionalProperties: false,
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

/** A message that is on its way. */
export const Accepted = Type.Object({ delivery_id: Id }, { title: 'AcceptedDelivery' });

export const Preview = Type.Object(
  {
    kind: Type.Optional(Kind),
    time_zone: Type.Optional(changeable.time_zone),
    template: Type.Optional(MessageTemplate),
  },
  { title: 'PreviewRequest', additionalProperties: false },
);
export const PreviewedMessage = Type.Object(
  { title: Type.String(), text: Type.String() },
  { title: 'PreviewedMessage' },
);

export const DeliveryStatus = OneOf(
  [...DELIVERY_STATUSES],
  '`pending`: waiting for its time or for another attempt; `failed`: rejected or given up',
);

export const Delivery = Type.Object(
  {
    delivery_id: Id,
    contact_point_id: Id,
    contact_point_name: Name,
    channel: Type.String({ examples: ['mail'] }),
    kind: Kind,
    title: Type.String({ description: 'the default title of the message' }),
    incident_id: Nullable(Type.String()),
    status: DeliveryStatus,
    attempts: Type.Integer({ minimum: 0 }),
    reason: Nullable(Type.String({ description: 'why it was not sent, or not yet' })),
    created_at: Instant,
    next_attempt_at: NullableInstant,
    finished_at: NullableInstant,
  },
  { title: 'Delivery' },
);
