import { useSignal } from '@preact/signals';
import type { Adjustment } from '../../../api/schema.ts';
import { durationWords, KINDS } from '../../lib/downtime.ts';
import { counted } from '../../lib/format.ts';
import { Field, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { StoreName } from '../../parts/store-name.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { isOwner, may } from '../../state/session.ts';
import { PHASES } from './phases.ts';

/** Named stores that are listed. */
export const LISTED = 5;

interface Props {
  readonly adjustment: Adjustment;
  /** Of stores, by ID. */
  readonly names: ReadonlyMap<string, string>;
  readonly onRevoked: () => void;
}

/** One planned downtime or correction: its stores, its time, and why. */
export function DowntimeCard({ adjustment, names, onRevoked }: Props) {
  const { reason, state, author, recorded_at, revoked, kind } = adjustment;
  const revoking = useSignal(false);
  const mayRevoke = may('stores:write') && (isOwner() ? canEnd(adjustment) : revoked?.from !== null);
  return (
    <article class="card downtime" aria-label={reason}>
      <header>
        <h3>{reason}</h3>
        <span class="tag phase" data-phase={state}>
          {PHASES[state]}
        </span>
        {kind !== 'planned' && <span class="tag">{KINDS[kind].words}</span>}
      </header>
      <p>
        <Stores adjustment={adjustment} names={names} /> · <Time adjustment={adjustment} />
      </p>
      <Next adjustment={adjustment} />
      <p class="small quiet">
        {author} · <Ago at={recorded_at} />
      </p>
      {revoked !== null && <Revoked revoked={revoked} />}
      {mayRevoke && !revoking.value && (
        <button type="button" class="button" onClick={() => (revoking.value = true)}>
          {state === 'past' || state === 'revoked' ? 'Revoke entirely' : 'Revoke'}
        </button>
      )}
      {revoking.value && (
        <RevokeForm
          adjustment={adjustment}
          onDone={(done) => {
            revoking.value = false;
            if (done) onRevoked();
          }}
        />
      )}
    </article>
  );
}

/** Whether an owner can revoke it: it is planned downtime that is ahead, and all its stores are theirs. */
function canEnd({ kind, state, store_ids: ids }: Adjustment): boolean {
  return kind === 'planned' && ids !== null && (state === 'active' || state === 'upcoming');
}

function Stores({ adjustment: { store_ids: ids, labels, stores }, names }: Pick<Props, 'adjustment' | 'names'>) {
  if (ids === null) {
    const words = Object.entries(labels ?? {}).map(([key, value]) => `${key}: ${value}`);
    return (
      <>
        {words.length === 0 ? 'All stores' : words.join(', ')} ({counted(stores, 'store')})
      </>
    );
  }
  return (
    <>
      {ids.slice(0, LISTED).map((id, i) => (
        <span key={id}>
          {i > 0 && ', '}
          <StoreName id={id} name={names.get(id) ?? null} />
        </span>
      ))}
      {ids.length > LISTED && ` and ${counted(ids.length - LISTED, 'other store')}`}
    </>
  );
}

function Time({ adjustment: { from, to, recurrence } }: { readonly adjustment: Adjustment }) {
  if (recurrence !== null) {
    return (
      <>
        {recurrence.text}, {durationWords(recurrence.duration)} <span class="quiet">(store local time)</span>
      </>
    );
  }
  if (from === null || to === null) return null;
  return (
    <>
      <Instant utc={from} as="date" /> – <Instant utc={to} as="date" />
    </>
  );
}

/** When a recurrence covers the present or next time. */
function Next({ adjustment: { recurrence, next, state } }: { readonly adjustment: Adjustment }) {
  if (recurrence === null || next === null) return null;
  return (
    <p class="small">
      {state === 'active' ? 'Now: ' : 'Next: '}
      <Instant utc={next.from} as="date" /> – <Instant utc={next.to} as="date" />{' '}
      <span class="quiet">(your time, the first of its stores)</span>
    </p>
  );
}

function Revoked({ revoked }: { readonly revoked: NonNullable<Adjustment['revoked']> }) {
  return (
    <p class="small">
      {revoked.from === null ? 'Revoked entirely' : 'Revoked from '}
      {revoked.from !== null && <Instant utc={revoked.from} as="date" />}: {revoked.reason}{' '}
      <span class="quiet">
        ({revoked.author}, <Ago at={revoked.recorded_at} />)
      </span>
    </p>
  );
}

interface RevokeProps {
  readonly adjustment: Adjustment;
  readonly onDone: (revoked: boolean) => void;
}

function RevokeForm({ adjustment: { adjustment_id, state }, onDone }: RevokeProps) {
  const reason = useSignal('');
  // What is over can only be revoked entirely.
  const onlyEntirely = state === 'past' || state === 'revoked';
  const entirely = useSignal(onlyEntirely);
  const revoke = async () => {
    await call('POST /api/v1/adjustments/{adjustment_id}/revoke', {
      path: { adjustment_id },
      body: { reason: reason.value, entirely: entirely.value },
    });
    onDone(true);
  };
  return (
    <Form class="form" save={revoke} button="Revoke downtime" onCancel={() => onDone(false)}>
      <Field label="Reason for revoking" value={reason} required autoComplete="off" />
      {!isOwner() && !onlyEntirely && (
        <Tick value={entirely}>Entirely, as if it had never been planned; otherwise from now on</Tick>
      )}
    </Form>
  );
}
