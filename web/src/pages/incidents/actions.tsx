import { useSignal } from '@preact/signals';
import type { IncidentDetail } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { Field, TextArea } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Link } from '../../parts/link.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { isOwner, may, session } from '../../state/session.ts';

type Action = 'acknowledge' | 'snooze' | 'assign' | 'comment';

interface Props {
  readonly incident: IncidentDetail;
  /** Called after a change. */
  readonly onDone: () => void;
}

interface FormProps {
  readonly incident: IncidentDetail;
  readonly onDone: (changed: boolean) => void;
}

const FORMS = { acknowledge: Acknowledge, snooze: Snooze, assign: Assign, comment: Comment } as const;

/** What people can do about an incident. One that has ended can only be commented. */
export function IncidentActions({ incident, onDone }: Props) {
  const { resolved_at, acknowledged_at, kind } = incident;
  const chosen = useSignal<Action | undefined>(undefined);
  const isOpen = resolved_at === null;
  // A mass outage concerns the stores of others, too.
  const canAnswer = isOpen && !(isOwner() && kind === 'mass_outage');
  const actions = [
    canAnswer && acknowledged_at === null && { action: 'acknowledge' as const, words: 'Acknowledge' },
    canAnswer && { action: 'snooze' as const, words: 'Snooze' },
    canAnswer && { action: 'assign' as const, words: 'Assign' },
    { action: 'comment' as const, words: 'Comment' },
  ].filter((one) => one !== false);
  const open = actions.find(({ action }) => action === chosen.value);
  const ActionForm = open && FORMS[open.action];
  return (
    <div class="incident-actions">
      <div class="row" role="group" aria-label="Actions">
        {actions.map(({ action, words }, i) => (
          <button
            key={action}
            type="button"
            class={i === 0 && action === 'acknowledge' ? 'button main' : 'button'}
            aria-expanded={chosen.value === action}
            onClick={() => (chosen.value = chosen.value === action ? undefined : action)}
          >
            {words}
          </button>
        ))}
        <PlanDowntime incident={incident} />
      </div>
      {ActionForm !== undefined && (
        <ActionForm
          key={chosen.value}
          incident={incident}
          onDone={(changed) => {
            chosen.value = undefined;
            if (changed) onDone();
          }}
        />
      )}
    </div>
  );
}

/** Leads to the form for planned downtime of the stores, from now on. */
function PlanDowntime({ incident: { store_id: store, label, value, kind, resolved_at } }: Pick<Props, 'incident'>) {
  const byLabel = kind === 'mass_outage' && label !== null && label !== '' && !isOwner();
  if (resolved_at !== null || !may('stores:write') || (store === null && !byLabel)) return null;
  const plan = store === null ? { plan: `${label}:${value}` } : { store, plan: 'store' };
  return (
    <Link class="button" href={`/downtime?${new URLSearchParams(plan)}`}>
      Plan downtime
    </Link>
  );
}

function Acknowledge({ incident: { incident_id }, onDone }: FormProps) {
  const reason = useSignal('');
  const save = async () => {
    const body = reason.value.trim() === '' ? {} : { reason: reason.value.trim() };
    await call('POST /api/v1/incidents/{incident_id}/acknowledge', { path: { incident_id }, body });
    onDone(true);
  };
  return (
    <Form class="card form" save={save} button="Acknowledge incident" onCancel={() => onDone(false)}>
      <Field
        label="Reason"
        value={reason}
        autoComplete="off"
        hint="Optional. Reminders and escalation stop; everybody who sees the incident can read it."
      />
    </Form>
  );
}

const HOUR = 3_600_000;
const SNOOZES = [
  { value: '1', words: 'For 1 hour' },
  { value: '4', words: 'For 4 hours' },
  { value: '24', words: 'For 24 hours' },
  { value: 'next_opening', words: 'Until the store opens next' },
  { value: 'time', words: 'Until a time' },
] as const;

function Snooze({ incident: { incident_id, store_id }, onDone }: FormProps) {
  const chosen = useSignal<(typeof SNOOZES)[number]['value']>('1');
  const time = useSignal('');
  const save = async () => {
    const until = endOfSnooze(chosen.value, time.value);
    await call('POST /api/v1/incidents/{incident_id}/snooze', { path: { incident_id }, body: { until } });
    onDone(true);
  };
  return (
    <Form class="card form" save={save} button="Snooze incident" onCancel={() => onDone(false)}>
      <SelectField
        label="Pause reminders and escalation"
        value={chosen.value}
        choices={SNOOZES.filter(({ value }) => value !== 'next_opening' || store_id !== null)}
        onChange={(value) => (chosen.value = value)}
      />
      {chosen.value === 'time' && (
        <Field label="Until" type="datetime-local" value={time} required hint={`Your time (${VIEWER_ZONE}).`} />
      )}
    </Form>
  );
}

function endOfSnooze(chosen: (typeof SNOOZES)[number]['value'], time: string): string {
  if (chosen === 'next_opening') return chosen;
  return (chosen === 'time' ? new Date(time) : new Date(Date.now() + Number(chosen) * HOUR)).toISOString();
}

/** The most users to choose from. */
const USERS = 500;

function Assign({ incident: { incident_id, assignee_id }, onDone }: FormProps) {
  const { value } = session;
  const me = value.kind === 'signed-in' ? value.me.user : null;
  // Only admins see the other users.
  const users = useLoad('assignees', async (signal) =>
    may('users:read') ? (await call('GET /api/v1/users', { query: { limit: USERS }, signal })).items : [],
  );
  const assignee = useSignal(assignee_id ?? me?.user_id ?? '');
  const save = async () => {
    const body = { assignee: assignee.value || null };
    await call('POST /api/v1/incidents/{incident_id}/assign', { path: { incident_id }, body });
    onDone(true);
  };
  const others = (users.data ?? []).filter(({ user_id }) => user_id !== me?.user_id);
  const isKnown =
    assignee_id === null || assignee_id === me?.user_id || others.some((one) => one.user_id === assignee_id);
  return (
    <Form class="card form" save={save} button="Assign incident" onCancel={() => onDone(false)}>
      <SelectField
        label="To"
        value={assignee.value}
        choices={[
          ...(me === null ? [] : [{ value: me.user_id, words: `${me.name} (you)` }]),
          ...others.map(({ user_id, name }) => ({ value: user_id, words: name })),
          ...(isKnown ? [] : [{ value: assignee_id, words: 'The current assignee' }]),
          { value: '', words: 'Nobody' },
        ]}
        onChange={(one) => (assignee.value = one)}
      />
    </Form>
  );
}

function Comment({ incident: { incident_id }, onDone }: FormProps) {
  const text = useSignal('');
  const save = async () => {
    await call('POST /api/v1/incidents/{incident_id}/comments', { path: { incident_id }, body: { text: text.value } });
    onDone(true);
  };
  return (
    <Form class="card form" save={save} button="Add comment" onCancel={() => onDone(false)}>
      <TextArea label="Comment" value={text} required />
    </Form>
  );
}
