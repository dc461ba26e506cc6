import { useId } from 'preact/hooks';
import { idsText } from '../../../../src/lib/id-list.ts';
import { type Asked, type By, STORE } from '../../lib/analytics.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { count } from '../../lib/format.ts';
import { ApiError, call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useLoad } from '../../state/load.ts';
import { setParams } from '../../state/place.ts';
import { useStoreNames } from '../../state/store-names.ts';
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

const COMPARE = [
  { value: '', words: 'Nothing' },
  { value: 'previous', words: 'The period before' },
  { value: 'year_ago', words: 'A year ago' },
] as const;

/** The fields of the question; the server names them in its errors. */
const FIELDS = ['period', 'from', 'to', 'time_zone', 'by', 'daypart', 'group_by', 'label', 'store_id', 'compare'];

/** Whether an error is about fields of the question, where it is shown. */
export function isAtField(error: unknown): boolean {
  return error instanceof ApiError && FIELDS.some((field) => faultOf(error, field) !== undefined);
}

interface Props {
  readonly asked: Asked;
  readonly error: unknown;
}

/** What is asked, each choice at once in the address. */
export function QuestionFields({ asked, error }: Props) {
  const zones = [
    { value: '', words: 'Store local time' },
    ...new Set([VIEWER_ZONE, 'UTC', ...(asked.time_zone === undefined ? [] : [asked.time_zone])]),
  ].map((zone) => (typeof zone === 'string' ? { value: zone, words: zone } : zone));
  return (
    <search class="question" aria-label="Question">
      <PeriodFields asked={asked} error={error} />
      <Choice label="By" name="by" value={asked.by} choices={BY} error={error} />
      {asked.by === 'daypart' && <DaypartField asked={asked} error={error} />}
      <Choice label="Compare with" name="compare" value={asked.compare ?? ''} choices={COMPARE} error={error} />
      <Choice label="Clock" name="time_zone" value={asked.time_zone ?? ''} choices={zones} error={error} />
      <LabelFields asked={asked} error={error} />
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  /** In the address. */
  readonly name: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly words: string }[];
  readonly error: unknown;
}

/** A choice of one of several values; one that the address has and nobody can choose is listed, too. */
function Choice({ label, name, value, choices, error }: ChoiceProps) {
  const id = useId();
  const wrong = faultOf(error, name);
  const known = choices.some((choice) => choice.value === value);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={wrong === undefined ? undefined : `${id}-note`}
        onChange={({ currentTarget }) => setParams({ [name]: currentTarget.value })}
      >
        {!known && <option value={value}>{value}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.words}
          </option>
        ))}
      </select>
      {wrong !== undefined && (
        <small id={`${id}-note`} class="wrong">
          {wrong}
        </small>
      )}
    </div>
  );
}

function DaypartField({ asked, error }: Props) {
  const id = useId();
  const wrong = faultOf(error, 'daypart');
  return (
    <div class="field wide">
      <label for={id}>Dayparts</label>
      <input
        id={id}
        value={asked.daypart?.join(', ')}
        aria-invalid={wrong !== undefined || undefined}
        aria-describedby={`${id}-note`}
        onChange={({ currentTarget }) =>
          setParams({ daypart: currentTarget.value.split(',').map((part) => part.trim()) })
        }
      />
      <small id={`${id}-note`} class={wrong === undefined ? undefined : 'wrong'}>
        {wrong ?? 'Each as name@time. A part lasts until the next one begins.'}
      </small>
    </div>
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
            <option value="">{asked.label.length > 0 ? 'Add a label …' : 'All labels'}</option>
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
