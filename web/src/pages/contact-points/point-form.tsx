import { useSignal } from '@preact/signals';
import type { Channel, ContactPoint } from '../../../api/schema.ts';
import { VIEWER_ZONE, weekdayNames } from '../../lib/clock.ts';
import {
  bodyOfPoint,
  type ContactPointDraft,
  changeOfPoint,
  type DigestChoice,
  draftOfPoint,
} from '../../lib/contact-point.ts';
import { hasPush, subscribeToPush } from '../../lib/push.ts';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { ZoneField } from '../../parts/store-fields.tsx';
import { call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { type Fields, useFields, valuesOf } from '../../state/fields.ts';
import { isOwner, session } from '../../state/session.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';
import { SettingFields } from './setting-fields.tsx';
import { TemplateFields } from './template-fields.tsx';

const WHOSE = [
  { value: 'own', words: 'You' },
  { value: 'team', words: 'The team' },
] as const;

interface Props {
  /** `undefined`: a new one. */
  readonly point?: ContactPoint;
  readonly channels: readonly Channel[];
  readonly onDone: (saved: boolean) => void;
}

/** The form of a contact point, with the settings of its channel. Errors stand at their fields. */
export function PointForm({ point, channels, onDone }: Props) {
  const { value } = session;
  // Without users, there is only the team.
  const hasUser = value.kind === 'signed-in' && value.me.user !== null;
  const fields = useFields(draftOfPoint(point, !hasUser, VIEWER_ZONE));
  const kind = useSignal<Channel['channel'] | undefined>(point?.channel ?? channels[0]?.channel);
  const channel = channels.find((one) => one.channel === kind.value);
  const error = useSignal<unknown>(undefined);
  const draft = valuesOf(fields);
  useUnsavedValues(JSON.stringify([kind.value, draft]));
  if (channel === undefined) return null;
  const save = async () => {
    error.value = undefined;
    try {
      if (point === undefined) await create(draft, channel);
      else {
        const { contact_point_id } = point;
        const body = changeOfPoint(draft, channel, point);
        await call('PATCH /api/v1/contact-points/{contact_point_id}', { path: { contact_point_id }, body });
      }
      onDone(true);
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
  };
  const isPush = channel.channel === 'web_push';
  return (
    <Form
      class="card form contact-point-form"
      save={save}
      button={point !== undefined ? 'Save contact point' : isPush ? 'Subscribe this browser' : 'Create contact point'}
      onCancel={() => onDone(false)}
      subject={channel.channel}
    >
      <h2>{point === undefined ? 'New contact point' : `Edit ${point.name}`}</h2>
      {point === undefined && hasUser && !isOwner() && (
        <SelectField
          label="For"
          value={draft.team ? 'team' : 'own'}
          choices={WHOSE}
          onChange={(one) => (fields.team.value = one === 'team')}
        />
      )}
      {point === undefined && (
        <SelectField
          label="Channel"
          value={channel.channel}
          choices={channels.map((one) => ({ value: one.channel, words: one.title }))}
          onChange={(one) => {
            kind.value = one;
            fields.settings.value = {};
            error.value = undefined;
          }}
        />
      )}
      <Field
        label="Name"
        value={fields.name}
        required
        autoComplete="off"
        hint="Such as: Kitchen phone."
        wrong={faultOf(error.value, 'name')}
      />
      {isPush ? (
        <PushNote />
      ) : (
        <SettingFields channel={channel} settings={fields.settings} isNew={point === undefined} error={error.value} />
      )}
      <QuietFields fields={fields} error={error.value} />
      <DigestFields fields={fields} error={error.value} />
      <TemplateFields fields={fields} error={error.value} />
    </Form>
  );
}

/** Creates a contact point; one for push notifications with a subscription of this browser. */
async function create(draft: ContactPointDraft, channel: Channel): Promise<void> {
  const settings =
    channel.channel === 'web_push'
      ? { ...(await subscribeToPush(async () => (await call('GET /api/v1/push-key')).public_key)) }
      : draft.settings;
  await call('POST /api/v1/contact-points', { body: bodyOfPoint({ ...draft, settings }, channel) });
}

function PushNote() {
  if (hasPush()) return <p class="small quiet">Messages appear on this device, also while the page is closed.</p>;
  return (
    <p class="banner" data-kind="warning">
      This browser cannot get push notifications here. They require HTTPS; on an iPhone or iPad, first add the page to
      the Home Screen and open it there.
    </p>
  );
}

interface PartProps {
  readonly fields: Fields<ContactPointDraft>;
  readonly error: unknown;
}

function QuietFields({ fields, error }: PartProps) {
  return (
    <>
      <ZoneField
        value={fields.zone}
        hint="For the times in messages, quiet hours and digests."
        wrong={faultOf(error, 'time_zone')}
      />
      <Tick value={fields.quiet}>Quiet hours, in which messages wait</Tick>
      {fields.quiet.value && (
        <fieldset class="quiet-hours">
          <legend class="unseen">Quiet hours</legend>
          <Field label="From" type="time" value={fields.start} required wrong={faultOf(error, 'quiet_hours')} />
          <Field label="To" type="time" value={fields.end} required />
          <Tick value={fields.holdPages}>Pages wait, too</Tick>
        </fieldset>
      )}
    </>
  );
}

function DigestFields({ fields, error }: PartProps) {
  const choices: { value: DigestChoice; words: string }[] = [
    { value: 'none', words: 'None' },
    { value: 'daily', words: 'Every day' },
    ...weekdayNames().map((name, day) => ({ value: `${day}` as const, words: `Every week, on ${name}` })),
  ];
  return (
    <div class="row">
      <SelectField
        label="Digest of incidents"
        value={fields.digest.value}
        choices={choices}
        onChange={(one) => (fields.digest.value = one)}
      />
      {fields.digest.value !== 'none' && (
        <Field label="At" type="time" value={fields.digestTime} required wrong={faultOf(error, 'digest.time')} />
      )}
    </div>
  );
}
