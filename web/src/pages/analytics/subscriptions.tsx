import { useSignal } from '@preact/signals';
import type { ContactPoint, SavedQuestion, Subscription } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { cronOf, cronWords, everyChoices, type Schedule, scheduleOf } from '../../lib/subscription.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { DeliveryStatus } from '../../parts/delivery-status.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Link } from '../../parts/link.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { ZoneField } from '../../parts/store-fields.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { useContactPoints } from '../../state/contact-points.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useFields, valuesOf } from '../../state/fields.ts';
import { useLoad } from '../../state/load.ts';
import { isOwner, session } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';

/** As many as a user and the team can have on a page. */
const ALL = 500;
/** The messages that are listed of each. */
const LAST = 10;

/** Who gets the answer to a saved question, and when. */
export function Subscriptions({ question }: { readonly question: SavedQuestion }) {
  const subscriptions = useLoad('subscriptions', (signal) =>
    call('GET /api/v1/subscriptions', { query: { limit: ALL }, signal }),
  );
  const points = useContactPoints();
  const adding = useSignal(false);
  return (
    <section class="subscriptions" aria-label={`Subscriptions to ${question.name}`}>
      <Loaded of={points} what="the contact points">
        {(known) => (
          <>
            <Loaded of={subscriptions} what="the subscriptions">
              {({ items }) => {
                const own = items.filter(({ question_id }) => question_id === question.question_id);
                if (own.length === 0 && !adding.value) return <p class="quiet">Nobody gets it yet.</p>;
                return (
                  <ul class="saved-list">
                    {own.map((item) => (
                      <li key={item.subscription_id}>
                        <Item question={question} item={item} points={known} onChanged={subscriptions.reload} />
                      </li>
                    ))}
                  </ul>
                );
              }}
            </Loaded>
            {known.length === 0 ? (
              <p class="quiet">
                First create a <Link href="/contact-points">contact point</Link>, such as a mail address.
              </p>
            ) : adding.value ? (
              <SubscriptionForm
                question={question}
                item={undefined}
                points={known}
                onDone={(saved) => {
                  adding.value = false;
                  if (saved) subscriptions.reload();
                }}
              />
            ) : (
              <button type="button" class="button" onClick={() => (adding.value = true)}>
                Subscribe
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

interface ItemProps {
  readonly question: SavedQuestion;
  readonly item: Subscription;
  readonly points: readonly ContactPoint[];
  readonly onChanged: () => void;
}

function Item({ question, item, points, onChanged }: ItemProps) {
  const { subscription_id, cron, time_zone: zone, team, contact_points: ids, formats, enabled, next_at } = item;
  const path = { subscription_id };
  const { busy, error, run } = useSubmit();
  const isOpen = useSignal(false);
  const isEdited = useSignal(false);
  const tests = useSignal(0);
  const names = ids.flatMap((id) => points.find(({ contact_point_id }) => contact_point_id === id)?.name ?? []);
  const words = cronWords(cron);
  const toggle = async () => {
    await call('PATCH /api/v1/subscriptions/{subscription_id}', { path, body: { enabled: !enabled } });
    onChanged();
  };
  const test = async () => {
    await call('POST /api/v1/subscriptions/{subscription_id}/test', { path });
    isOpen.value = true;
    tests.value++;
  };
  if (isEdited.value) {
    return (
      <SubscriptionForm
        question={question}
        item={item}
        points={points}
        onDone={(saved) => {
          isEdited.value = false;
          if (saved) onChanged();
        }}
      />
    );
  }
  return (
    <article aria-label={words}>
      <p>
        <strong>{words}</strong> ({zone}) {!enabled && <span class="tag">paused</span>}
      </p>
      <p class="small quiet">
        To {names.length === 0 ? 'nobody' : names.join(', ')}
        {team ? ' (team)' : ''}
        {formats.includes('csv') ? ' · with CSV' : ''}
        {next_at !== null && (
          <>
            {' '}
            · next: <Instant utc={next_at} as="date" />
          </>
        )}
      </p>
      <div class="row">
        <button type="button" class="button" onClick={() => (isEdited.value = true)}>
          Edit
        </button>
        <button type="button" class="button" aria-disabled={busy} onClick={() => run(toggle)}>
          {enabled ? 'Pause' : 'Resume'}
        </button>
        {names.length > 0 && (
          <button type="button" class="button" aria-disabled={busy} onClick={() => run(test)}>
            Send now
          </button>
        )}
        <button
          type="button"
          class="button"
          aria-expanded={isOpen.value}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          Last messages
        </button>
        <ConfirmButton
          words="Delete"
          question="It is not sent anymore."
          confirm="Delete subscription"
          action={async () => {
            await call('DELETE /api/v1/subscriptions/{subscription_id}', { path });
            onChanged();
          }}
        />
      </div>
      <Failure error={error} />
      {isOpen.value && <LastMessages id={subscription_id} tests={tests.value} />}
    </article>
  );
}

/** @param tests how many were sent from this page: each is among the messages */
function LastMessages({ id, tests }: { readonly id: string; readonly tests: number }) {
  const loaded = useLoad(
    `messages of ${id}`,
    (signal) => call('GET /api/v1/deliveries', { query: { subscription_id: id, limit: LAST }, signal }),
    tests,
  );
  return (
    <>
      <Loaded of={loaded} what="the messages">
        {({ items }) =>
          items.length === 0 ? (
            <p class="small quiet">No messages yet.</p>
          ) : (
            <ul class="saved-list small">
              {items.map((delivery) => (
                <li key={delivery.delivery_id}>
                  <Instant utc={delivery.created_at} as="date" /> · {delivery.contact_point_name} ·{' '}
                  <DeliveryStatus delivery={delivery} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <button type="button" class="button" onClick={loaded.reload}>
        Refresh messages
      </button>
    </>
  );
}

interface FormProps {
  readonly question: SavedQuestion;
  /** The one to edit; `undefined`: a new one. */
  readonly item: Subscription | undefined;
  readonly points: readonly ContactPoint[];
  readonly onDone: (saved: boolean) => void;
}

const WHOSE = [
  { value: 'own', words: 'You' },
  { value: 'team', words: 'The team' },
] as const;

function SubscriptionForm({ question: { question_id }, item, points, onDone }: FormProps) {
  const { value } = session;
  // Without users, there is only the team.
  const hasUser = value.kind === 'signed-in' && value.me.user !== null;
  const schedule: Schedule = scheduleOf(item?.cron ?? '0 8 * * 1');
  const fields = useFields({
    ...schedule,
    zone: item?.time_zone ?? VIEWER_ZONE,
    team: item?.team ?? !hasUser,
    csv: item?.formats.includes('csv') ?? false,
  });
  const chosen = useSignal<readonly string[]>(item?.contact_points ?? []);
  const error = useSignal<unknown>(undefined);
  const draft = valuesOf(fields);
  useUnsavedValues(JSON.stringify([draft, chosen.value]));
  const possible = points.filter(({ team }) => team === draft.team);
  const save = async () => {
    error.value = undefined;
    const contact_points = possible.map((point) => point.contact_point_id).filter((id) => chosen.value.includes(id));
    const formats = draft.csv ? (['csv'] as const) : [];
    const changed = { cron: cronOf(draft), time_zone: draft.zone, contact_points, formats };
    try {
      if (item === undefined) {
        await call('POST /api/v1/subscriptions', { body: { ...changed, question_id, team: draft.team } });
      } else {
        const path = { subscription_id: item.subscription_id };
        await call('PATCH /api/v1/subscriptions/{subscription_id}', { path, body: changed });
      }
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
    onDone(true);
  };
  return (
    <Form
      class="form card"
      save={save}
      button={item === undefined ? 'Subscribe' : 'Save'}
      onCancel={() => onDone(false)}
    >
      {item === undefined && hasUser && !isOwner() && (
        <SelectField
          label="For"
          value={draft.team ? 'team' : 'own'}
          choices={WHOSE}
          onChange={(one) => (fields.team.value = one === 'team')}
        />
      )}
      <SelectField
        label="When"
        value={draft.every}
        choices={everyChoices()}
        onChange={(one) => (fields.every.value = one)}
      />
      {draft.every === 'other' ? (
        <Field
          label="Cron expression"
          value={fields.cron}
          required
          hint="Minute, hour, day, month, weekday."
          wrong={faultOf(error.value, 'cron')}
        />
      ) : (
        <Field label="At" type="time" value={fields.time} required />
      )}
      <ZoneField value={fields.zone} hint="Whose clock this is." wrong={faultOf(error.value, 'time_zone')} />
      <fieldset>
        <legend>To</legend>
        {possible.length === 0 && (
          <p class="quiet">
            There is no <Link href="/contact-points">contact point</Link> {draft.team ? 'of the team' : 'of yours'} yet.
          </p>
        )}
        {possible.map(({ contact_point_id: id, name }) => (
          <label key={id} class="tick">
            <input
              type="checkbox"
              checked={chosen.value.includes(id)}
              onChange={({ currentTarget: { checked } }) => {
                chosen.value = checked ? [...chosen.value, id] : chosen.value.filter((one) => one !== id);
              }}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <Tick value={fields.csv}>Attach the figures as CSV to mails</Tick>
    </Form>
  );
}
