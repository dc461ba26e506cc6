import { idsText } from '../../../../src/lib/id-list.ts';
import type { FiscalCalendar } from '../../../api/schema.ts';
import { type Asked, type By, STORE } from '../../lib/analytics.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { count } from '../../lib/format.ts';
import { ApiError, call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useLoad } from '../../state/load.ts';
import { setParams } from '../../state/place.ts';
import { useStoreNames } from '../../state/store-names.ts';
import { Choice, Input } from './fields.tsx';
import { PeriodFields } from './period-fields.tsx';

const BY: readonly { readonly value: By; readonly words: string }[] = [
  { value: 'total', words: 'In total' },
  { value: 'hour', words: 'Hour' },
  { value: 'day', words: 'Day' },
  { value: 'week', words: 'Week' },
  { value: 'month', words: 'Month' },
  { value: 'hour_of_week', words: 'Hour of the week' },
  { value: 'daypart', words: 'Daypart' },
];

/** Only with a fiscal calendar. */
const FISCAL_BY: typeof BY = [
  { value: 'fiscal_week', words: 'Fiscal week' },
  { value: 'fiscal_period', words: 'Fiscal period' },
];

const INTERVALS = [
  { value: '', words: 'Hide' },
  { value: 'true', words: 'Show' },
] as const;

const ESTIMATORS = [
  { value: '', words: 'Nearest check' },
  { value: 'markov', words: 'Statistical estimate' },
] as const;

const COMPARE = [
  { value: '', words: 'Nothing' },
  { value: 'previous', words: 'The period before' },
  { value: 'year_ago', words: 'A year ago' },
] as const;

/** The fields of the question; the server names them in its errors. */
const FIELDS = [
  'period',
  'from',
  'to',
  'time_zone',
  'by',
  'daypart',
  'group_by',
  'label',
  'store_id',
  'compare',
  'estimator',
];

/** Whether an error is about fields of the question, where it is shown. */
export function isAtField(error: unknown): boolean {
  return error instanceof ApiError && FIELDS.some((field) => faultOf(error, field) !== undefined);
}

interface Props {
  readonly asked: Asked;
  readonly error: unknown;
}

/** What is asked, each choice at once in the address. */
export function QuestionFields({
  asked,
  error,
  calendar,
}: Props & { readonly calendar: FiscalCalendar | null | undefined }) {
  const choose = (name: 'compare' | 'estimator' | 'time_zone') => (value: string) => setParams({ [name]: value });
  const zones = [
    { value: '', words: 'Store local time' },
    ...[...new Set([VIEWER_ZONE, 'UTC'])].map((zone) => ({ value: zone, words: zone })),
  ];
  return (
    <search class="question" aria-label="Question">
      <PeriodFields asked={asked} error={error} calendar={calendar} />
      <Choice
        label="By"
        value={asked.by}
        choices={calendar ? [...BY, ...FISCAL_BY] : BY}
        wrong={faultOf(error, 'by')}
        onChange={(by) => setParams({ by, daypart: undefined })}
      />
      {asked.daypart !== undefined && (
        <Input
          label="Dayparts"
          type="text"
          isWide
          value={asked.daypart.join(', ')}
          hint="Each as name@time, or for stores with a label as brand:Bar/lunch@12:00. A part lasts until the next one begins."
          wrong={faultOf(error, 'daypart')}
          onChange={(value) => setParams({ daypart: value.split(',').map((part) => part.trim()) })}
        />
      )}
      <Choice
        label="Compare with"
        value={asked.compare ?? ''}
        choices={COMPARE}
        wrong={faultOf(error, 'compare')}
        onChange={choose('compare')}
      />
      <Choice
        label="90% intervals"
        value={asked.intervals === undefined ? '' : 'true'}
        choices={INTERVALS}
        wrong={undefined}
        onChange={(intervals) => setParams({ intervals })}
      />
      <Choice
        label="Calculation"
        value={asked.estimator ?? ''}
        choices={ESTIMATORS}
        wrong={faultOf(error, 'estimator')}
        onChange={choose('estimator')}
      />
      <Choice
        label="Clock"
        value={asked.time_zone ?? ''}
        choices={zones}
        wrong={faultOf(error, 'time_zone')}
        onChange={choose('time_zone')}
      />
      <LabelFields asked={asked} error={error} />
    </search>
  );
}

function LabelFields({ asked, error }: Props) {
  const { data } = useLoad('store labels', (signal) => call('GET /api/v1/store-labels', { signal }));
  const labels = data?.items ?? [];
  const keys = [...labels.map(({ key }) => key), ...asked.group_by.filter((key) => key !== STORE)];
  const toggle = (key: string) => {
    const { group_by: chosen } = asked;
    setParams({ group_by: chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key] });
  };
  const names = useStoreNames(asked.store_id);
  const wrong = ['group_by', 'label', 'store_id'].flatMap((field) => faultOf(error, field) ?? []);
  return (
    <div class="question-labels">
      <div class="chips" role="group" aria-label="Group by">
        <span class="legend" aria-hidden="true">
          Group by
        </span>
        {[...new Set([...keys, STORE])].map((key) => (
          <button
            key={key}
            type="button"
            class="chip"
            aria-pressed={asked.group_by.includes(key)}
            onClick={() => toggle(key)}
          >
            {key === STORE ? 'store' : key}
            {asked.group_by.length > 1 && asked.group_by.includes(key) && (
              <span class="small"> {asked.group_by.indexOf(key) + 1}</span>
            )}
          </button>
        ))}
      </div>
      <div class="chips" role="group" aria-label="Only stores with these labels">
        <span class="legend" aria-hidden="true">
          Only
        </span>
        {asked.label.map((label) => (
          <Filter
            key={label}
            words={label.replace(':', ': ')}
            onRemove={() => setParams({ label: asked.label.filter((one) => one !== label) })}
          />
        ))}
        {asked.store_id.map((id) => (
          <Filter
            key={id}
            words={`store: ${names.get(id) ?? id}`}
            onRemove={() =>
              setParams({ store_id: asked.store_id.filter((one) => one !== id).map((one) => idsText([one])) })
            }
          />
        ))}
        <label class="select">
          <span class="unseen">Only stores with a label</span>
          <select
            value=""
            onChange={({ currentTarget }) => setParams({ label: [...asked.label, currentTarget.value] }, 'push')}
          >
            <option value="">{asked.label.length > 0 ? 'Add a label…' : 'All labels'}</option>
            {labels.map(({ key, values }) => (
              <optgroup key={key} label={key}>
                {values
                  .map(({ value, stores }) => ({ value, stores, label: `${key}:${value}` }))
                  .filter(({ label }) => !asked.label.includes(label))
                  .map(({ value, stores, label }) => (
                    <option key={label} value={label}>
                      {value} ({count(stores)})
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
      </div>
      {wrong.map((words) => (
        <small key={words} class="wrong">
          {words}
        </small>
      ))}
    </div>
  );
}

function Filter({ words, onRemove }: { readonly words: string; readonly onRemove: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={true} title="Remove this filter" onClick={onRemove}>
      {words} <span aria-hidden="true">×</span>
    </button>
  );
}
