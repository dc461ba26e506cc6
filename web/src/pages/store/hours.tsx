import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Hours, Store } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { type DatedVersion, effectiveWords, isInEffect, isPlanned, type Version } from '../../lib/versions.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Instant } from '../../parts/time.tsx';
import { ApiError, call, send } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';
import { CHANGED_MEANWHILE, HoursEditor } from './hours-editor.tsx';
import { SpecialHoursPart } from './special-hours.tsx';
import { WeekHours } from './week-hours.tsx';

/** The hours of a store: current, past and planned, and special hours. */
export function HoursPart({ store }: { readonly store: Store }) {
  const { store_id: id } = store;
  const path = { store_id: id };
  const loaded = useLoad(`hours ${id}`, (signal) => send('GET /api/v1/stores/{store_id}/hours', { path, signal }));
  return (
    <Loaded of={loaded} what="the hours">
      {({ data: hours, etag }) => <KnownHours store={store} hours={hours} etag={etag} reload={loaded.reload} />}
    </Loaded>
  );
}

interface KnownHoursProps {
  readonly store: Store;
  readonly hours: Hours;
  readonly etag: string | undefined;
  readonly reload: () => void;
}

function KnownHours({ store, hours, etag, reload }: KnownHoursProps) {
  const { time_zone: zone } = store;
  const editing = useSignal(false);
  const said = useSignal<string | undefined>(undefined);
  const now = Date.now();
  const done = (words: string) => {
    editing.value = false;
    said.value = words;
    reload();
  };
  return (
    <div class="hours-page">
      <section aria-labelledby="week-hours">
        <header class="head">
          <div>
            <h2 id="week-hours">Business hours</h2>
            <p class="small quiet">
              Store local time, {zone}
              {zone === VIEWER_ZONE ? '' : `; yours is ${VIEWER_ZONE}`}.
            </p>
          </div>
          {may('stores:write') && !editing.value && (
            <button
              type="button"
              class="button"
              onClick={() => {
                editing.value = true;
                said.value = undefined;
              }}
            >
              Edit hours
            </button>
          )}
        </header>
        {said.value !== undefined && (
          <p class="banner" data-kind="good" role="status">
            {said.value}
          </p>
        )}
        {editing.value ? (
          <HoursEditor
            store={store}
            versions={hours.versions}
            etag={etag}
            onSaved={done}
            onCancel={() => {
              editing.value = false;
            }}
          />
        ) : (
          <ol class="versions">
            {hours.versions.toReversed().map((version) => (
              <VersionCard key={version.effective_from?.utc ?? ''} version={version} zone={zone} now={now}>
                {may('stores:write') && isPlanned(version, now) && (
                  <Withdraw store={store} version={version} etag={etag} onDone={done} />
                )}
              </VersionCard>
            ))}
          </ol>
        )}
      </section>
      <SpecialHoursPart store={store} />
    </div>
  );
}

interface CardProps {
  readonly version: Version;
  readonly zone: string;
  readonly now: number;
  readonly children: ComponentChildren;
}

function VersionCard({ version, zone, now, children }: CardProps) {
  const { effective_from: from, effective_until: until } = version;
  const current = isInEffect(version, now);
  return (
    <li class="card version" data-current={current || undefined}>
      <h3>
        {current ? 'Current schedule' : isPlanned(version, now) ? 'Planned' : 'Earlier'}
        <small class="quiet">
          {from !== null && (
            <>
              {current ? ', from ' : ' from '}
              <Instant utc={from.utc} zone={zone} as="date" zoneIsNamed />
            </>
          )}
          {until !== null && (
            <>
              {' until '}
              <Instant utc={until.utc} zone={zone} as="date" zoneIsNamed />
            </>
          )}
        </small>
      </h3>
      <WeekHours hours={version.hours} />
      {children}
    </li>
  );
}

interface WithdrawProps {
  readonly store: Store;
  readonly version: DatedVersion;
  readonly etag: string | undefined;
  readonly onDone: (words: string) => void;
}

/** Withdraws a planned change of hours. */
function Withdraw({ store, version, etag, onDone }: WithdrawProps) {
  const { utc } = version.effective_from;
  const words = effectiveWords(utc, store.time_zone);
  const withdraw = async () => {
    try {
      await call('DELETE /api/v1/stores/{store_id}/hours/{effective_from}', {
        path: { store_id: store.store_id, effective_from: utc },
        headers: { 'if-match': etag },
      });
    } catch (error) {
      throw error instanceof ApiError && error.status === 412 ? new Error(CHANGED_MEANWHILE) : error;
    }
    onDone(`Withdrew the change planned for ${words}.`);
  };
  return (
    <ConfirmButton
      words={
        <>
          Withdraw<span class="unseen"> the change planned for {words}</span>
        </>
      }
      question="The schedule before it stays in effect."
      confirm="Withdraw change"
      action={withdraw}
    />
  );
}
