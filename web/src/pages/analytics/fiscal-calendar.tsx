import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { FiscalCalendar, GivenFiscalCalendar } from '../../../api/schema.ts';
import { calendarDate } from '../../lib/clock.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { SelectField } from '../../parts/select-field.tsx';
import { ApiError, call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useFields, valuesOf } from '../../state/fields.ts';
import { type Load, useLoad } from '../../state/load.ts';
import { isAdmin } from '../../state/session.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';

/** The fiscal calendar of the installation; null: none is set. */
export function useFiscalCalendar(): Load<FiscalCalendar | null> {
  return useLoad('fiscal calendar', async (signal) => {
    try {
      return await call('GET /api/v1/fiscal-calendar', { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  });
}

interface SectionProps {
  /** null: none is set; `undefined`: it has not been read. */
  readonly calendar: FiscalCalendar | null | undefined;
  readonly onChanged: () => void;
}

/** The fiscal calendar: its years to see, and for admins to set. */
export function FiscalCalendarSection({ calendar, onChanged }: SectionProps) {
  const isEditing = useSignal(false);
  const edit = useRef<HTMLButtonElement>(null);
  if (calendar === undefined || (calendar === null && !isAdmin())) return null;
  return (
    <section class="section" aria-labelledby="fiscal-calendar">
      <header>
        <h2 id="fiscal-calendar">Fiscal calendar</h2>
        {isAdmin() && !isEditing.value && (
          <button ref={edit} type="button" class="button" onClick={() => (isEditing.value = true)}>
            {calendar === null ? 'Set the fiscal calendar' : 'Edit the fiscal calendar'}
          </button>
        )}
      </header>
      {isEditing.value && (
        <CalendarForm
          calendar={calendar}
          onDone={(saved) => {
            isEditing.value = false;
            if (saved) onChanged();
            // The form with the focus is gone.
            setTimeout(() => edit.current?.focus());
          }}
        />
      )}
      {calendar === null ? (
        <p class="quiet">With a fiscal calendar, figures can be had by fiscal weeks, periods, quarters and years.</p>
      ) : (
        <>
          <details>
            <summary>
              {PATTERNS.find(({ value }) => value === calendar.pattern)?.words}, {calendar.fiscal_years.length} years
              around this one
            </summary>
            <YearTable calendar={calendar} />
          </details>
          {isAdmin() && !isEditing.value && (
            <ConfirmButton
              words="Delete the fiscal calendar"
              question="Saved questions that need it get no answer then."
              confirm="Delete fiscal calendar"
              action={async () => {
                await call('DELETE /api/v1/fiscal-calendar');
                onChanged();
              }}
            />
          )}
        </>
      )}
    </section>
  );
}

function YearTable({ calendar: { fiscal_years } }: { readonly calendar: FiscalCalendar }) {
  return (
    <ScrollBox label="Fiscal years">
      <table>
        <thead>
          <tr>
            <th>Year</th>
            <th>First day</th>
            <th class="number">Weeks</th>
            <th>Weeks of its periods</th>
          </tr>
        </thead>
        <tbody>
          {fiscal_years.map(({ name, first_day, weeks, periods }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="nowrap">{calendarDate(first_day)}</td>
              <td class="number">{weeks}</td>
              <td class="nowrap">{periods.map((period) => period.weeks).join(' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

const PATTERNS = [
  { value: '4-4-5', words: '4-4-5 weeks in each quarter' },
  { value: '4-5-4', words: '4-5-4 weeks in each quarter' },
  { value: '5-4-4', words: '5-4-4 weeks in each quarter' },
  { value: '13x4', words: '13 periods of 4 weeks' },
] as const;

const RULES = [
  { value: 'nearest', words: 'On the weekday nearest to the end of the month' },
  { value: 'last', words: 'On the last such weekday of the month' },
  { value: 'list', words: 'Only the years of a list' },
] as const;

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((value) => ({
  value,
  words: value.charAt(0).toUpperCase() + value.slice(1),
}));

const MONTHS = Array.from({ length: 12 }, (_, i) => ({
  value: String(i + 1),
  words: new Date(Date.UTC(2026, i)).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' }),
}));

interface FormProps {
  readonly calendar: FiscalCalendar | null;
  readonly onDone: (saved: boolean) => void;
}

function CalendarForm({ calendar, onDone }: FormProps) {
  const first = calendar?.years[0];
  const years = calendar?.years ?? [];
  const fields = useFields({
    pattern: calendar?.pattern ?? '4-4-5',
    year: String(first?.year ?? new Date().getUTCFullYear()),
    firstDay: first?.first_day ?? '',
    rule: ruleOf(calendar),
    weekday: calendar?.year_end?.weekday ?? 'saturday',
    month: String(calendar?.year_end?.month ?? 1),
    lastYear: String(years.at(-1)?.year ?? ''),
    long: years.flatMap(({ year, weeks }) => (weeks === 53 ? [year] : [])).join(', '),
    longPeriod: String(calendar?.long_period ?? ''),
    longQuarter: String(calendar?.long_quarter ?? 4),
  });
  const error = useSignal<unknown>(undefined);
  const draft = valuesOf(fields);
  useUnsavedValues(JSON.stringify(draft));
  const save = async () => {
    error.value = undefined;
    try {
      await call('PUT /api/v1/fiscal-calendar', { body: calendarOf(draft) });
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
    onDone(true);
  };
  const wrong = (name: string) => faultOf(error.value, name);
  return (
    <Form class="form card" save={save} button="Save calendar" onCancel={() => onDone(false)}>
      <SelectField
        label="Pattern"
        value={draft.pattern}
        choices={PATTERNS}
        onChange={(one) => (fields.pattern.value = one)}
      />
      <Field label="A fiscal year" type="number" value={fields.year} required min="1" max="9999" />
      <Field
        label="Its first day"
        type="date"
        value={fields.firstDay}
        required
        wrong={wrong('years.0') ?? wrong('years')}
      />
      <SelectField
        label="Fiscal years end"
        value={draft.rule}
        choices={RULES}
        onChange={(one) => (fields.rule.value = one)}
      />
      {draft.rule === 'list' ? (
        <>
          <Field label="Last fiscal year" type="number" value={fields.lastYear} required min="1" max="9999" />
          <Field label="Years with 53 weeks" value={fields.long} hint="Such as 2023, 2028" autoComplete="off" />
        </>
      ) : (
        <>
          <SelectField
            label="Weekday"
            value={draft.weekday}
            choices={WEEKDAYS}
            onChange={(one) => (fields.weekday.value = one as typeof draft.weekday)}
          />
          <SelectField
            label="Month"
            value={draft.month}
            choices={MONTHS}
            onChange={(one) => (fields.month.value = one)}
          />
        </>
      )}
      <Field
        label="Period with the 53rd week"
        type="number"
        value={fields.longPeriod}
        min="1"
        max="13"
        hint="By default the last one"
        wrong={wrong('long_period')}
      />
      {draft.pattern === '13x4' && (
        <Field
          label="Quarter with four periods"
          type="number"
          value={fields.longQuarter}
          min="1"
          max="4"
          wrong={wrong('long_quarter')}
        />
      )}
    </Form>
  );
}

interface Draft {
  readonly pattern: GivenFiscalCalendar['pattern'];
  readonly year: string;
  readonly firstDay: string;
  readonly rule: (typeof RULES)[number]['value'];
  readonly weekday: NonNullable<FiscalCalendar['year_end']>['weekday'];
  readonly month: string;
  readonly lastYear: string;
  readonly long: string;
  readonly longPeriod: string;
  readonly longQuarter: string;
}

function ruleOf(calendar: FiscalCalendar | null): Draft['rule'] {
  return calendar === null ? 'nearest' : (calendar.year_end?.rule ?? 'list');
}

function calendarOf({ pattern, rule, weekday, month, ...draft }: Draft): GivenFiscalCalendar {
  const year = Number(draft.year);
  const first = { year, first_day: draft.firstDay };
  const rest = {
    pattern,
    ...(draft.longPeriod !== '' && { long_period: Number(draft.longPeriod) }),
    ...(pattern === '13x4' && { long_quarter: Number(draft.longQuarter) }),
  };
  if (rule !== 'list') return { ...rest, years: [first], year_end: { rule, weekday, month: Number(month) } };
  const long = new Set(draft.long.split(/[\s,]+/).map(Number));
  const years = Array.from({ length: Math.max(1, Number(draft.lastYear) - year + 1) }, (_, i) => ({
    ...(i === 0 ? first : { year: year + i }),
    weeks: long.has(year + i) ? 53 : 52,
  }));
  return { ...rest, years };
}
