import { useSignal } from '@preact/signals';
import type { Hours, Store, WeekHours as WeekHoursData } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Instant } from '../../parts/time.tsx';
import { send } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';
import { HoursEditor } from './hours-editor.tsx';
import { SpecialHoursPart } from './special-hours.tsx';
import { WeekHours } from './week-hours.tsx';

type Version = Hours['versions'][number];

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
  const { zone } = store;
  const editing = useSignal(false);
  const said = useSignal<string | undefined>(undefined);
  const now = Date.now();
  const inForce = hours.versions.find((version) => isInForce(version, now));
  return (
    <div class="hours-page">
      <section aria-labelledby="week-hours">
        <header class="head">
          <div>
            <h2 id="week-hours">Business hours</h2>
            <p class="small quiet">
              In the store's own time, {zone}
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
              Change the hours
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
            week={knownWeek(inForce)}
            etag={etag}
            onDone={(words) => {
              editing.value = false;
              said.value = words;
              if (words !== undefined) reload();
            }}
          />
        ) : (
          <ol class="versions">
            {hours.versions.toReversed().map((version) => (
              <VersionCard key={version.effective_from?.utc ?? ''} version={version} zone={zone} now={now} />
            ))}
          </ol>
        )}
      </section>
      <SpecialHoursPart store={store} />
    </div>
  );
}

/** The initial openings of the editor; none if the hours are unknown. */
function knownWeek(version: Version | undefined): WeekHoursData {
  const hours = version?.hours ?? 'always';
  return hours === 'unknown' ? [] : hours;
}

function isInForce({ effective_from: from, effective_until: until }: Version, now: number): boolean {
  return (from === null || Date.parse(from.utc) <= now) && (until === null || Date.parse(until.utc) > now);
}

function VersionCard({
  version,
  zone,
  now,
}: {
  readonly version: Version;
  readonly zone: string;
  readonly now: number;
}) {
  const { effective_from: from, effective_until: until } = version;
  const current = isInForce(version, now);
  const planned = from !== null && Date.parse(from.utc) > now;
  return (
    <li class="card version" data-current={current || undefined}>
      <h3>
        {current ? 'In force' : planned ? 'Planned' : 'Before'}
        <small class="quiet">
          {from !== null && (
            <>
              {' from '}
              <Instant utc={from.utc} zone={zone} as="date" />
            </>
          )}
          {until !== null && (
            <>
              {' until '}
              <Instant utc={until.utc} zone={zone} as="date" />
            </>
          )}
          {from === null && until === null && ' since ever'}
        </small>
      </h3>
      <WeekHours hours={version.hours} />
    </li>
  );
}
