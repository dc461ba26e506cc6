import { useSignal } from '@preact/signals';
import type { Store, WeekHours } from '../../../api/schema.ts';
import { calendarDate, weekdayNames } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { type Opening, typed } from '../../lib/openings.ts';
import { Field } from '../../parts/field.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { ApiError, reasonOf, send } from '../../state/api.ts';
import { isOwner } from '../../state/session.ts';

interface Props {
  readonly store: Store;
  /** What holds now. */
  readonly week: WeekHours;
  /** Of the hours as they were read: somebody else's change in between is not undone. */
  readonly etag: string | undefined;
  /** With words of what was done; `undefined`: nothing was. */
  readonly onDone: (words: string | undefined) => void;
}

const WORKDAYS = 5;

/** Sets the hours of a week, from some date on. What held before that stays in every report. */
export function HoursEditor({ store, week, etag, onDone }: Props) {
  const today = dateAt(Date.now(), store.zone);
  const always = useSignal(week === 'always');
  const days = useSignal<readonly (readonly Opening[])[]>(openingsOf(week));
  const from = useSignal(addDays(today, 1));
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);

  const save = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    error.value = undefined;
    const hours: WeekHours = always.value
      ? 'always'
      : days.value.flatMap((openings, day) => openings.map((opening) => ({ day, ...opening })));
    try {
      await send('PUT /api/v1/stores/{store_id}/hours', {
        path: { store_id: store.store_id },
        headers: { 'if-match': etag },
        body: { hours, effective_from: from.value },
      });
      onDone(`The new hours hold from ${calendarDate(from.value)} on. Reports on the time before do not change.`);
    } catch (failure) {
      error.value = failure;
    } finally {
      busy.value = false;
    }
  };

  const setDay = (day: number, openings: readonly Opening[]) => {
    days.value = days.value.map((old, i) => (i === day ? openings : old));
  };

  return (
    <form class="card hours-form" onSubmit={save}>
      <label class="tick">
        <input
          type="checkbox"
          checked={always.value}
          onChange={({ currentTarget }) => {
            always.value = currentTarget.checked;
          }}
        />
        Open around the clock, every day
      </label>
      {!always.value && (
        <div class="day-fields">
          {weekdayNames().map((name, day) => (
            <fieldset key={name}>
              <legend>{name}</legend>
              <OpeningFields of={name} openings={days.value[day] ?? []} onChange={(next) => setDay(day, next)} />
            </fieldset>
          ))}
          <button
            type="button"
            class="button plain"
            onClick={() => {
              const [monday = []] = days.value;
              days.value = days.value.map((old, day) => (day < WORKDAYS ? monday : old));
            }}
          >
            Monday's hours for every weekday
          </button>
        </div>
      )}
      <div class="form">
        <Field
          label="From this date on"
          type="date"
          required
          value={from}
          {...(isOwner() && { min: today })}
          hint="From midnight of the store's own time. An earlier date changes what reports say about the time since then."
        />
        {error.value !== undefined && (
          <p class="banner" data-kind="trouble" role="alert">
            {error.value instanceof ApiError && error.value.status === 412
              ? 'Somebody else has changed this store since you began. Cancel to see how it is now, and begin again.'
              : reasonOf(error.value)}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button main" disabled={busy.value}>
            Save the hours
          </button>
          <button type="button" class="button plain" onClick={() => onDone(undefined)}>
            Cancel
          </button>
        </div>
      </div>
    </form>
  );
}

function openingsOf(week: WeekHours): Opening[][] {
  return Array.from({ length: 7 }, (_, day) =>
    week === 'always'
      ? [{ start: '00:00', end: '00:00' }]
      : week
          .filter((row) => row.day === day)
          .map(({ start, end }) => ({ start: typed(start), end: typed(end) }))
          .toSorted((a, b) => (a.start < b.start ? -1 : 1)),
  );
}
