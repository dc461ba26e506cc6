import { useSignal } from '@preact/signals';
import type { SpecialHours, Store } from '../../../api/schema.ts';
import { calendarDate } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { inWords, type Opening } from '../../lib/openings.ts';
import { Field } from '../../parts/field.tsx';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { isOwner, may } from '../../state/session.ts';

/** Single dates on which other hours hold: holidays, a party, a burst pipe. */
export function SpecialHoursPart({ store }: { readonly store: Store }) {
  const path = { store_id: store.store_id };
  const today = dateAt(Date.now(), store.zone);
  const from = useSignal(addDays(today, -30));
  const loaded = useLoad(`special ${store.store_id} ${from.value}`, (signal) =>
    call('GET /api/v1/stores/{store_id}/special-hours', { path, query: { from: from.value, limit: 500 }, signal }),
  );
  const failure = useSignal<string | undefined>(undefined);
  const remove = async (date: string) => {
    failure.value = undefined;
    try {
      await call('DELETE /api/v1/stores/{store_id}/special-hours/{date}', { path: { ...path, date } });
      loaded.reload();
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  const { data } = loaded;
  return (
    <section aria-labelledby="special">
      <header class="head">
        <div>
          <h2 id="special">Special hours</h2>
          <p class="small quiet">What holds on one date in place of the week.</p>
        </div>
      </header>
      {failure.value !== undefined && (
        <p class="banner" data-kind="trouble" role="alert">
          {failure.value}
        </p>
      )}
      {data === undefined && loaded.error === undefined && <Loading what="the special hours" />}
      {loaded.error !== undefined && <Trouble error={loaded.error} retry={loaded.reload} />}
      {data?.items.length === 0 && <p class="quiet">None planned, and none in the last thirty days.</p>}
      {data !== undefined && data.items.length > 0 && (
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
            {data.items.map((special) => (
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
      )}
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
  const busy = useSignal(false);
  const failure = useSignal<string | undefined>(undefined);
  const save = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    failure.value = undefined;
    try {
      await call('PUT /api/v1/stores/{store_id}/special-hours/{date}', {
        path: { store_id: store.store_id, date: date.value },
        body: openings.value.length === 0 ? { closed: true } : { hours: openings.value },
      });
      onDone();
    } catch (error) {
      failure.value = reasonOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="card form new-special" onSubmit={save}>
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
      {failure.value !== undefined && (
        <p class="banner" data-kind="trouble" role="alert">
          {failure.value}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="button" disabled={busy.value}>
          {openings.value.length === 0 ? 'Closed on that date' : 'Save these hours'}
        </button>
      </div>
    </form>
  );
}
