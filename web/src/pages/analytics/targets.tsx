import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Analytics, AnalyticsRow, NewUptimeTarget, UptimeTarget } from '../../../api/schema.ts';
import { percent, storeHours } from '../../lib/format.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Link } from '../../parts/link.tsx';
import { Trouble } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import { useLoad } from '../../state/load.ts';
import { hereWith } from '../../state/place.ts';
import { isOwner, may } from '../../state/session.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';
import { Choice } from './fields.tsx';

/** As many as there can be. */
const ALL = 500;

const PERIODS = [
  { value: 'week', words: 'week' },
  { value: 'month', words: 'month' },
  { value: 'quarter', words: 'quarter' },
  { value: 'year', words: 'year' },
] as const;

type Standing = NonNullable<AnalyticsRow['target']>;

const VERDICTS: Readonly<Record<Standing['verdict'], string>> = {
  met: '✓ met',
  missed: '✗ missed',
  cannot_tell: '? cannot tell',
};

const WHY: Readonly<Record<Standing['verdict'], string>> = {
  met: 'Even the high end of the interval, and all that is left of the period, are within the budget',
  missed: 'Even the low end of the interval is more than the budget',
  cannot_tell: 'The checks, or what is left of the period, allow both',
};

/** Whether a row of an answer has a target. */
export function hasTargets({ rows }: Analytics): boolean {
  return rows.some(({ target }) => target !== undefined && target !== null);
}

/** How the target of a row stands. */
export function TargetStanding({ target }: { readonly target: Standing | null | undefined }) {
  if (target === null || target === undefined) return <span class="quiet">–</span>;
  const { uptime_ratio, verdict, budget_seconds, spent_seconds, burn_rate } = target;
  return (
    <span class="standing" data-verdict={verdict} title={WHY[verdict]}>
      {VERDICTS[verdict]}{' '}
      <small class="quiet">
        {percent(uptime_ratio)}: {storeHours(spent_seconds)} of {storeHours(budget_seconds)} spent
        {burn_rate !== null && `, burn rate ${burn_rate.toFixed(1)}`}
      </small>
    </span>
  );
}

/** The uptime that was promised: to see, and for operators and admins to set and delete. */
export function Targets({ groups, onChanged }: { readonly groups: Analytics; readonly onChanged: () => void }) {
  const { data, error, reload } = useLoad('uptime targets', (signal) =>
    call('GET /api/v1/uptime-targets', { query: { limit: ALL }, signal }),
  );
  const isAdding = useSignal(false);
  const add = useRef<HTMLButtonElement>(null);
  const mayEdit = may('reports:write') && !isOwner();
  if (error !== undefined && data === undefined) return <Trouble error={error} retry={reload} />;
  const items = data?.items ?? [];
  if (data === undefined || (items.length === 0 && !mayEdit)) return null;
  const changed = () => {
    reload();
    onChanged();
  };
  return (
    <section class="section" aria-labelledby="targets">
      <header>
        <h2 id="targets">Targets</h2>
        {mayEdit && !isAdding.value && (
          <button ref={add} type="button" class="button" onClick={() => (isAdding.value = true)}>
            Set a target
          </button>
        )}
      </header>
      {isAdding.value && (
        <TargetForm
          onDone={(saved) => {
            isAdding.value = false;
            if (saved) changed();
            // The form with the focus is gone.
            setTimeout(() => add.current?.focus());
          }}
        />
      )}
      {items.length === 0 ? (
        <p class="quiet">No targets yet.</p>
      ) : (
        <>
          {!hasTargets(groups) && (
            <p class="quiet">
              A target counts for exactly its stores, in a whole week, month, quarter or year.{' '}
              <Link href={hereWith({ period: 'this-month', from: undefined, to: undefined })}>Show this month</Link>
            </p>
          )}
          <ul class="saved-list">
            {items.map((item) => (
              <li key={item.target_id}>
                <Item item={item} mayEdit={mayEdit} onChanged={changed} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

interface ItemProps {
  readonly item: UptimeTarget;
  readonly mayEdit: boolean;
  readonly onChanged: () => void;
}

function Item({ item, mayEdit, onChanged }: ItemProps) {
  const { target_id, store_id, label, period, uptime_ratio, author } = item;
  const what = label?.replace(':', ': ') ?? `store ${store_id}`;
  const chosen = label === null ? { group_by: ['store_id'] } : { group_by: [label.slice(0, label.indexOf(':'))] };
  return (
    <div class="saved-question">
      <p>
        <Link href={hereWith({ ...chosen, period: `this-${period}`, from: undefined, to: undefined })}>{what}</Link>:{' '}
        {percent(uptime_ratio)} in each {period} <span class="small quiet">{author}</span>
      </p>
      {mayEdit && (
        <ConfirmButton
          words={
            <>
              Delete<span class="unseen"> the target of {what}</span>
            </>
          }
          question="It is deleted for everybody."
          confirm="Delete target"
          action={async () => {
            await call('DELETE /api/v1/uptime-targets/{target_id}', { path: { target_id } });
            onChanged();
          }}
        />
      )}
    </div>
  );
}

function TargetForm({ onDone }: { readonly onDone: (saved: boolean) => void }) {
  const label = useSignal('');
  const uptime = useSignal('99');
  const period = useSignal<NewUptimeTarget['period']>('month');
  const error = useSignal<unknown>(undefined);
  useUnsavedValues(JSON.stringify([label.value, uptime.value, period.value]));
  const save = async () => {
    error.value = undefined;
    const body = { label: label.value.trim(), period: period.value, uptime_ratio: shareOf(uptime.value) };
    try {
      await call('POST /api/v1/uptime-targets', { body });
    } catch (failure) {
      error.value = failure;
      throw failure;
    }
    onDone(true);
  };
  return (
    <Form class="form card" save={save} button="Set target" onCancel={() => onDone(false)}>
      <Field
        label="Label"
        value={label}
        required
        autoComplete="off"
        hint="As key:value, such as brand:Bella. A target for a single store is set with the API."
        wrong={faultOf(error.value, 'label')}
      />
      <Field
        label="Uptime in %"
        value={uptime}
        required
        type="number"
        min="0.01"
        max="99.999"
        step="any"
        wrong={faultOf(error.value, 'uptime_ratio')}
      />
      <Choice
        label="In each"
        value={period.value}
        choices={PERIODS}
        wrong={undefined}
        onChange={(value) => (period.value = value as NewUptimeTarget['period'])}
      />
    </Form>
  );
}

/** A percentage as a ratio, without the rounding error of a division: 99.9 is 0.999. */
function shareOf(text: string): number {
  return Number((Number(text) / 100).toFixed(9));
}
