import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Incident, Routes } from '../../../api/schema.ts';
import { duration, over } from '../../lib/format.ts';
import { incidentDuration, incidentStatus, incidentTitle, incidentWords } from '../../lib/incidents.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { IncidentMark } from '../../parts/incident-mark.tsx';
import { Labels } from '../../parts/labels.tsx';
import { Link } from '../../parts/link.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { PlannedTag } from '../../parts/state-mark.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { now, round } from '../../state/live.ts';
import { usePages } from '../../state/pages.ts';
import { session } from '../../state/session.ts';

type IncidentQuery = NonNullable<Routes['GET /api/v1/incidents']['query']>;

export interface IncidentListProps {
  readonly title: string;
  readonly query: IncidentQuery;
  /** More of the query, common to all lists of the page. */
  readonly also: IncidentQuery;
  /** Said if there are none; without it, the list is not shown then. */
  readonly none?: string;
}

/** The incidents of a query under a heading, newest first. */
export function IncidentList({ title, query, also, none }: IncidentListProps) {
  const id = useId();
  const pages = useIncidents({ ...also, ...query });
  const { items } = pages.list;
  if (none === undefined && items.length === 0) return null;
  return (
    <section class="section incident-list" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
      </header>
      <Incidents pages={pages} none={none} />
    </section>
  );
}

function useIncidents(query: IncidentQuery) {
  return usePages<Incident>(
    `incidents ${JSON.stringify(query)}`,
    (cursor, signal) => call('GET /api/v1/incidents', { query: { ...query, cursor }, signal }),
    round.value,
  );
}

interface IncidentsProps {
  readonly pages: ReturnType<typeof useIncidents>;
  readonly none: string | undefined;
}

function Incidents({ pages: { list, more, reload }, none }: IncidentsProps) {
  return (
    <>
      <LoadedList of={list} reload={reload} what="incidents" empty={<p class="quiet">{none}</p>}>
        {(incidents) => (
          <ol class="incidents">
            {incidents.map((incident) => (
              <IncidentRow key={incident.incident_id} incident={incident} />
            ))}
          </ol>
        )}
      </LoadedList>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          Earlier incidents
        </button>
      )}
    </>
  );
}

function IncidentRow({ incident }: { readonly incident: Incident }) {
  const { incident_id, kind, rule, since, began_earlier, opened_at, resolved_at, severity, told, mass_outage_id } =
    incident;
  const { reason, labels, planned_until } = incident;
  const lasted = incidentDuration(incident, now.value);
  return (
    <li class="incident-row">
      <IncidentMark status={incidentStatus(incident, now.value)} />
      <Link class="incident-title" href={`/incidents/${incident_id}`}>
        {incidentTitle(incident)}
      </Link>
      <p class="small quiet">
        {incidentWords(incident)}
        {kind === 'down' ? ' for ' : ' · for '}
        {over(began_earlier, duration(lasted))}, since {began_earlier && 'before '}
        <Instant utc={since} />
        {reason !== null && ` · ${reasonInWords(reason)}`}
        {resolved_at !== null && (
          <>
            {' · resolved '}
            <Ago at={resolved_at} />
          </>
        )}
        {Date.parse(opened_at) - Date.parse(since) > 60_000 && (
          <>
            {' · found '}
            <Ago at={opened_at} />
          </>
        )}
        {rule !== '' && ` · ${rule}`}
        <PlannedTag until={planned_until} />
        {severity === 'notice' && <span class="tag">notice</span>}
        {mass_outage_id !== null && <span class="tag">mass outage</span>}
        {!told && resolved_at === null && mass_outage_id === null && <span class="tag">nobody notified yet</span>}
      </p>
      {Object.keys(labels).length > 0 && (
        <p class="small labels">
          <Labels labels={labels} />
        </p>
      )}
      <People incident={incident} />
      {kind === 'mass_outage' && <Members id={incident_id} />}
    </li>
  );
}

/** Who takes care. */
function People({ incident: { acknowledged_by, acknowledgement, assignee_id } }: { readonly incident: Incident }) {
  const { value } = session;
  const isMine = value.kind === 'signed-in' && value.me.user?.user_id === assignee_id;
  if (acknowledged_by === null && assignee_id === null) return null;
  const words = [
    ...(acknowledged_by === null ? [] : [`Acknowledged by ${acknowledged_by}`]),
    ...(acknowledgement === null ? [] : [acknowledgement]),
    ...(assignee_id === null ? [] : [isMine ? 'assigned to you' : 'assigned']),
  ];
  return <p class="small">{words.join(' · ')}</p>;
}

/** The stores of a mass outage, folded. */
export function Members({ id }: { readonly id: string }) {
  const open = useSignal(false);
  return (
    <details
      class="members"
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>Stores</summary>
      {open.value && <MemberList id={id} />}
    </details>
  );
}

function MemberList({ id }: { readonly id: string }) {
  return <Incidents pages={useIncidents({ mass_outage_id: id })} none="No stores affected" />;
}
