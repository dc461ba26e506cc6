import type { FiscalCalendar } from '../../../api/schema.ts';
import { type Asked, kindOf, type PeriodKind, PRESETS, periodOfKind } from '../../lib/analytics.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { FISCAL_PRESETS } from '../../lib/fiscal.ts';
import { addDays, dateAt, isDate } from '../../lib/local-days.ts';
import { useAsOf } from '../../state/as-of.ts';
import { faultOf } from '../../state/field-errors.ts';
import { setParams } from '../../state/place.ts';
import { Choice, Input } from './fields.tsx';

const KINDS: readonly { readonly value: PeriodKind; readonly words: string }[] = [
  ...PRESETS,
  { value: 'month', words: 'A month…' },
  { value: 'quarter', words: 'A quarter…' },
  { value: 'week', words: 'A week…' },
  { value: 'dates', words: 'Two dates…' },
  { value: 'other', words: 'Other…' },
];

/** Only with a fiscal calendar. */
const FISCAL_KINDS: typeof KINDS = [...FISCAL_PRESETS, { value: 'fiscal', words: 'A fiscal period…' }];

interface Props {
  readonly asked: Asked;
  readonly error: unknown;
}

/** The period: a preset; a month, quarter or week; two dates; or what the API understands besides. */
export function PeriodFields({
  asked,
  error,
  calendar,
}: Props & { readonly calendar: FiscalCalendar | null | undefined }) {
  const today = dateAt(useAsOf() ?? Date.now(), VIEWER_ZONE);
  const kind = kindOf(asked);
  const isPreset = [...PRESETS, ...FISCAL_PRESETS].some(({ value }) => value === kind);
  const choose: OnChange = (changes) => setParams({ period: undefined, from: undefined, to: undefined, ...changes });
  return (
    <>
      <Choice
        label="Period"
        value={kind}
        choices={calendar || kind === 'fiscal' ? [...KINDS, ...FISCAL_KINDS] : KINDS}
        wrong={isPreset ? faultOf(error, 'period') : undefined}
        onChange={(value) => choose(periodOfKind(value as PeriodKind, today, calendar))}
      />
      {kind === 'dates' ? (
        <DateFields asked={asked} error={error} />
      ) : (
        !isPreset && <PeriodField kind={kind} asked={asked} error={error} onChange={choose} />
      )}
    </>
  );
}

type OnChange = (changes: Partial<Record<'period' | 'from' | 'to', string>>) => void;

interface FieldProps extends Props {
  readonly onChange: OnChange;
}

/** People mean the last day by the end, which is not part of a period of the API. */
function DateFields({ asked: { from = '', to = '' }, error }: Props) {
  const last = isDate(to) ? addDays(to, -1) : '';
  const wrong = faultOf(error, 'from') ?? faultOf(error, 'period');
  const isBefore = isDate(from) && isDate(to) && to <= from;
  return (
    <>
      <Input label="From" type="date" value={from} wrong={wrong} onChange={(date) => setParams({ from: date })} />
      <Input
        label="Through"
        type="date"
        value={last}
        wrong={isBefore ? 'Choose a date that is not before the first one.' : faultOf(error, 'to')}
        onChange={(date) => setParams({ to: isDate(date) ? addDays(date, 1) : '' })}
      />
    </>
  );
}

const FIELDS = {
  month: { label: 'Month', type: 'month' },
  week: { label: 'Week', type: 'week' },
  quarter: { label: 'Quarter', type: 'text', hint: 'Such as 2026-Q4' },
  fiscal: { label: 'Fiscal period', type: 'text', hint: 'Such as FY2026-P03, FY2026-W17, FY2026-Q2 or FY2026' },
  other: { label: 'Other period', type: 'text', hint: 'Such as 2026, 2026-11-28 or last-6-weeks' },
} as const;

function PeriodField({ kind, asked, error, onChange }: FieldProps & { readonly kind: PeriodKind }) {
  const { period, from = '', to = '' } = asked;
  if (period === undefined) {
    return (
      <>
        <Input
          label="From"
          type="text"
          value={from}
          wrong={faultOf(error, 'from') ?? faultOf(error, 'period')}
          onChange={(value) => setParams({ from: value })}
        />
        <Input
          label="Until"
          type="text"
          value={to}
          wrong={faultOf(error, 'to')}
          onChange={(value) => setParams({ to: value })}
        />
      </>
    );
  }
  const field = FIELDS[kind as keyof typeof FIELDS];
  return (
    <Input
      {...field}
      // A field for months or weeks shows nothing of what is none.
      value={period}
      wrong={faultOf(error, 'period')}
      onChange={(value) => onChange({ period: value })}
    />
  );
}
