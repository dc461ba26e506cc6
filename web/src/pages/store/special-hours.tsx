import { useSignal } from '@preact/signals';
import type { SpecialHours, Store } from '../../../api/schema.ts';
import { calendarDate } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { inWords, type Opening } from '../../lib/openings.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { call } from '../../state/api.ts';
import { rowFaultsOf } from '../../state/field-errors.ts';
import { useLoad } from '../../state/load.ts';
import { isOwner, may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { useUnsaved } from '../../state/unsaved.ts';
import { IMPOSSIBLE_HOURS } from './hours-editor.tsx';

/** Special hours of single dates, such as holidays. */
export function SpecialHoursPart({ store }: { readonly store: Store }) {
  const path = { store_id: store.store_id };
  const today = dateAt(Date.now(), store.time_zone);
  const from = useSignal(addDays(today, -30));
  const loaded = useLoad(`special ${store.store_id} ${from.value}`, (signal) =>
    call('GET /api/v1/stores/{store_id}/special-hours', { path, query: { from: from.value, limit: 500 }, signal }),
  );
  const added = useSignal(0);
  const { error, run } = useSubmit();
  const remove = (date: string) =>
    run(async () => {
      await call('DELETE /api/v1/stores/{store_id}/special-hours/{date}', { path: { ...path, date } });
      loaded.reload();
    });
  return (
    <section aria-labelledby="special">
      <header class="head">
        <div>
          <h2 id="special">Special hours</h2>
          <p class="small quiet">Override the schedule for one date.</p>
        </div>
      </header>
      <Failure error={error} />
      <Loaded of={loaded} what="the special hours">
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">No special hours planned, and none in the last 30 days.</p>
          ) : (
            <table class="special">
              <thead>
                <tr>
                  <th>Date</th>
                  <th>Open</th>
                  <th>
                    <span class="unseen">Change</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((special) => (
                  <tr key={special.date}>
                    <td>{calendarDate(special.date)}</td>
                    <td>{words(special)}</td>
                    <td class="number">
                      {may('stores:write') && (!isOwner() || special.date > today) && (
                        <button
                          type="button"
                          class="button plain"
                          aria-label={`Remove the special hours of ${special.date}`}
                          onClick={() => remove(special.date)}
                        >
                          Remove
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {may('stores:write') && (
        <NewSpecialHours
          key={added.value}
          store={store}
          today={today}
          onDone={() => {
            added.value++;
            loaded.reload();
          }}
        />
      )}
    </section>
  );
}

function words({ closed, hours }: SpecialHours): string {
  return closed ? 'Closed all day' : hours.map(inWords).join(', ');
}

interface NewProps {
  readonly store: Store;
  readonly today: string;
  readonly onDone: () => void;
}

const OPEN: readonly Opening[] = [{ start: '09:00', end: '17:00' }];

function NewSpecialHours({ store, today, onDone }: NewProps) {
  const tomorrow = addDays(today, 1);
  const date = useSignal(tomorrow);
  const closed = useSignal(true);
  const openings = useSignal(OPEN);
  const faults = useSignal<ReadonlyMap<number, string>>(new Map());
  useUnsaved(date.value !== tomorrow || !closed.value);
  const save = async () => {
    try {
      await call('PUT /api/v1/stores/{store_id}/special-hours/{date}', {
        path: { store_id: store.store_id, date: date.value },
        body: closed.value || openings.value.length === 0 ? { closed: true } : { hours: openings.value },
      });
    } catch (error) {
      faults.value = rowFaultsOf(error, 'hours');
      throw faults.value.size > 0 ? new Error(IMPOSSIBLE_HOURS) : error;
    }
    onDone();
  };
  return (
    <Form class="card form new-special" save={save} button="Save">
      <h3>Add a date</h3>
      <Field label="Date" type="date" required value={date} {...(isOwner() && { min: tomorrow })} />
      <Tick value={closed}>Closed all day</Tick>
      {!closed.value && (
        <fieldset>
          <legend class="legend">Open on that date</legend>
          <OpeningFields
            of="That date"
            openings={openings.value}
            faults={faults.value}
            onChange={(next) => {
              openings.value = next;
              faults.value = new Map();
            }}
          />
        </fieldset>
      )}
    </Form>
  );
}
