import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Store } from '../../../api/schema.ts';
import { calendarDate, weekdayNames } from '../../lib/clock.ts';
import { addDays, dateAt } from '../../lib/local-days.ts';
import { type Opening, openingsOf, weekOf } from '../../lib/openings.ts';
import { effectiveWords, isPlanned, replacedFrom, type Version } from '../../lib/versions.ts';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { OpeningFields } from '../../parts/opening-fields.tsx';
import { ApiError, send } from '../../state/api.ts';
import { rowFaultsOf } from '../../state/field-errors.ts';
import { isOwner } from '../../state/session.ts';
import { useUnsaved } from '../../state/unsaved.ts';

interface Props {
  readonly store: Store;
  /** All versions of the hours, in order: the last one is edited. */
  readonly versions: readonly Version[];
  /** The ETag of the hours as read, so that saving does not overwrite a concurrent change. */
  readonly etag: string | undefined;
  /** Called with what was saved, in words. */
  readonly onSaved: (words: string) => void;
  readonly onCancel: () => void;
}

type Days = readonly (readonly Opening[])[];

const NO_FAULTS: ReadonlyMap<number, string> = new Map();
const WORKDAYS = 5;

/** Edits the newest hours, planned or current, from a date on. Reports keep the earlier hours for the time before. */
export function HoursEditor({ store, versions, etag, onSaved, onCancel }: Props) {
  const { time_zone: zone } = store;
  const now = Date.now();
  const today = dateAt(now, zone);
  const edited = versions.at(-1);
  const planned = isPlanned(edited, now) ? edited.effective_from.utc : undefined;
  const initial = useMemo(
    () => ({
      days: openingsOf(edited?.hours ?? 'always'),
      date: planned === undefined ? addDays(today, 1) : dateAt(Date.parse(planned), zone),
    }),
    [],
  );
  const always = useSignal(edited?.hours === 'always');
  const days = useSignal<Days>(initial.days);
  const date = useSignal(initial.date);
  const faults = useSignal(NO_FAULTS);

  const hours = always.value ? 'always' : weekOf(days.value);
  const changed = date.value !== initial.date || JSON.stringify(hours) !== JSON.stringify(weekOf(initial.days));
  useUnsaved(changed);

  const save = async () => {
    const unchanged = `Nothing changed: these hours already apply on ${calendarDate(date.value)}.`;
    faults.value = NO_FAULTS;
    // A planned version may begin at any time of its date.
    const from = planned !== undefined && date.value === initial.date ? planned : date.value;
    try {
      // Also without an edit, since somebody else may have changed them.
      const saved = await send('PUT /api/v1/stores/{store_id}/hours', {
        path: { store_id: store.store_id },
        headers: { 'if-match': etag },
        body: { hours, effective_from: from },
      });
      onSaved(saved.etag === etag ? unchanged : `Hours updated, effective ${calendarDate(date.value)}.`);
    } catch (error) {
      faults.value = rowFaultsOf(error, 'hours');
      if (faults.value.size > 0) throw new Error(IMPOSSIBLE_HOURS);
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      throw new Error(CHANGED_MEANWHILE);
    }
  };

  const setDays = (next: Days) => {
    days.value = next;
    faults.value = NO_FAULTS;
  };
  const setDay = (day: number, openings: readonly Opening[]) =>
    setDays(days.value.map((old, i) => (i === day ? openings : old)));

  return (
    <Form class="card form hours-form" save={save} button="Save hours" onCancel={onCancel}>
      <h3>{titleOf(edited, planned, zone)}</h3>
      <Tick value={always}>Open 24/7</Tick>
      {!always.value && (
        <div class="day-fields">
          {weekdayNames().map((name, day) => (
            <fieldset key={name}>
              <legend>{name}</legend>
              <OpeningFields
                of={name}
                openings={days.value[day] ?? []}
                faults={faultsOfDay(faults.value, days.value, day)}
                onChange={(next) => setDay(day, next)}
              />
            </fieldset>
          ))}
          <button
            type="button"
            class="button plain"
            onClick={() => {
              const [monday = []] = days.value;
              setDays(days.value.map((old, day) => (day < WORKDAYS ? monday : old)));
            }}
          >
            Copy Monday to weekdays
          </button>
        </div>
      )}
      <Field
        label="Effective date"
        type="date"
        required
        value={date}
        {...(isOwner() && { min: addDays(today, 1) })}
        hint={`From midnight, store local time. ${isOwner() ? 'Tomorrow at the earliest.' : 'An earlier date changes reports on the time since then.'}`}
      />
      <Replaced versions={versions} date={date.value} zone={zone} edited={planned} />
    </Form>
  );
}

export const IMPOSSIBLE_HOURS = 'The marked opening hours are invalid.';

export const CHANGED_MEANWHILE =
  'This store has been changed since you opened it. Reload the page to see the current hours.';

function titleOf(edited: Version | undefined, planned: string | undefined, zone: string): string {
  if (planned !== undefined) return `Editing the schedule effective ${effectiveWords(planned, zone)}`;
  const from = edited?.effective_from?.utc;
  return from === undefined
    ? 'Editing the current schedule'
    : `Editing the current schedule, effective ${effectiveWords(from, zone)}`;
}

interface ReplacedProps {
  readonly versions: readonly Version[];
  readonly date: string;
  readonly zone: string;
  /** When the edited version begins, if it is planned. */
  readonly edited: string | undefined;
}

/** What saving does to the planned changes. */
function Replaced({ versions, date, zone, edited }: ReplacedProps) {
  if (date === '') return null;
  const replaced = replacedFrom(versions, date, zone, Date.now())
    .map(({ effective_from: { utc } }) => utc)
    .filter((utc) => utc !== edited);
  const stays = edited !== undefined && date > dateAt(Date.parse(edited), zone);
  return (
    <>
      {replaced.length > 0 && (
        <p class="small">
          Replaces the change planned for {replaced.map((utc) => effectiveWords(utc, zone)).join(' and for ')}.
        </p>
      )}
      {stays && (
        <p class="small">Until then, the schedule effective {effectiveWords(edited, zone)} applies unchanged.</p>
      )}
    </>
  );
}

/** The faults of one day, by the index of its opening: the server counts the rows of the whole week. */
function faultsOfDay(faults: ReadonlyMap<number, string>, days: Days, day: number): ReadonlyMap<number, string> {
  const before = days.slice(0, day).reduce((rows, openings) => rows + openings.length, 0);
  const own = [...faults].filter(([row]) => row >= before && row < before + (days[day]?.length ?? 0));
  return new Map(own.map(([row, message]) => [row - before, message]));
}
