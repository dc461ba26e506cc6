import { useSignal } from '@preact/signals';
import type { Store, WeekHours } from '../../../api/schema.ts';
import { calendarDate, weekdayNames } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { type Opening, typed } from '../../lib/openings.ts';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { ApiError, send } from '../../state/api.ts';
import { isOwner } from '../../state/session.ts';

interface Props {
  readonly store: Store;
  /** The hours in force. */
  readonly week: WeekHours;
  /** The ETag of the hours as read, so that saving does not overwrite a concurrent change. */
  readonly etag: string | undefined;
  /** Called with a confirmation; `undefined`: canceled. */
  readonly onDone: (words: string | undefined) => void;
}

const WORKDAYS = 5;

/** Edits the hours from a date on. Reports keep the earlier hours for the time before. */
export function HoursEditor({ store, week, etag, onDone }: Props) {
  const today = dateAt(Date.now(), store.zone);
  const always = useSignal(week === 'always');
  const days = useSignal<readonly (readonly Opening[])[]>(openingsOf(week));
  const from = useSignal(addDays(today, 1));

  const save = async () => {
    const hours: WeekHours = always.value
      ? 'always'
      : days.value.flatMap((openings, day) => openings.map((opening) => ({ day, ...opening })));
    try {
      await send('PUT /api/v1/stores/{store_id}/hours', {
        path: { store_id: store.store_id },
        headers: { 'if-match': etag },
        body: { hours, effective_from: from.value },
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      throw new Error(
        'Somebody else has changed this store since you began. Cancel to see how it is now, and begin again.',
      );
    }
    onDone(`The new hours hold from ${calendarDate(from.value)} on. Reports on the time before do not change.`);
  };

  const setDay = (day: number, openings: readonly Opening[]) => {
    days.value = days.value.map((old, i) => (i === day ? openings : old));
  };

  return (
    <Form class="card form hours-form" save={save} button="Save the hours" onCancel={() => onDone(undefined)}>
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
      <Field
        label="From this date on"
        type="date"
        required
        value={from}
        {...(isOwner() && { min: today })}
        hint="From midnight of the store's own time. An earlier date changes what reports say about the time since then."
      />
    </Form>
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
