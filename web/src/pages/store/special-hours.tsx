import { useSignal } from '@preact/signals';
import type { SpecialHours, Store } from '../../../api/schema.ts';
import { calendarDate } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { inWords, type Opening } from '../../lib/openings.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { isOwner, may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';

/** Special hours of single dates, such as holidays. */
export function SpecialHoursPart({ store }: { readonly store: Store }) {
  const path = { store_id: store.store_id };
  const today = dateAt(Date.now(), store.zone);
  const from = useSignal(addDays(today, -30));
  const loaded = useLoad(`special ${store.store_id} ${from.value}`, (signal) =>
    call('GET /api/v1/stores/{store_id}/special-hours', { path, query: { from: from.value, limit: 500 }, signal }),
  );
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
          <p class="small quiet">What holds on one date in place of the week.</p>
        </div>
      </header>
      <Failure error={error} />
      <Loaded of={loaded} what="the special hours">
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">None planned, and none in the last thirty days.</p>
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
                          aria-label={`Take the special hours of ${special.date} away`}
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
      {may('stores:write') && <NewSpecialHours store={store} today={today} onDone={loaded.reload} />}
    </section>
  );
}

function words({ closed, hours }: SpecialHours): string {
  return closed ? 'closed all day' : hours.map(inWords).join(', ');
}

interface NewProps {
  readonly store: Store;
  readonly today: string;
  readonly onDone: () => void;
}

function NewSpecialHours({ store, today, onDone }: NewProps) {
  const date = useSignal(addDays(today, 1));
  const openings = useSignal<readonly Opening[]>([]);
  const save = async () => {
    await call('PUT /api/v1/stores/{store_id}/special-hours/{date}', {
      path: { store_id: store.store_id, date: date.value },
      body: openings.value.length === 0 ? { closed: true } : { hours: openings.value },
    });
    onDone();
  };
  return (
    <Form
      class="card form new-special"
      save={save}
      button={openings.value.length === 0 ? 'Closed on that date' : 'Save these hours'}
    >
      <h3>Add a date</h3>
      <Field label="Date" type="date" required value={date} {...(isOwner() && { min: addDays(today, 1) })} />
      <fieldset>
        <legend class="legend">Open on that date</legend>
        <OpeningFields
          of="That date"
          openings={openings.value}
          onChange={(next) => {
            openings.value = next;
          }}
        />
      </fieldset>
    </Form>
  );
}
