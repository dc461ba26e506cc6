import type { Delivery, IncidentDetail, SeenPoll } from '../../../api/schema.ts';
import { VIEWER_ZONE } from '../../lib/clock.ts';
import { duration } from '../../lib/format.ts';
import {
  INCIDENT_KIND_WORDS,
  incidentDuration,
  incidentStatus,
  incidentTitle,
  membersWords,
  pollRange,
} from '../../lib/incidents.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { Icon } from '../../parts/icons.tsx';
import { IncidentMark } from '../../parts/incident-mark.tsx';
import { Labels } from '../../parts/labels.tsx';
import { Link } from '../../parts/link.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { storeHref } from '../../parts/store-name.tsx';
import { Ago, Instant } from '../../parts/time.tsx';
import { ApiError, call } from '../../state/api.ts';
import { now, round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';
import { bringZones } from '../../state/zones.ts';
import { IncidentActions } from './actions.tsx';
import { Members } from './list.tsx';
import { IncidentTimeline } from './timeline.tsx';
import './incidents.css';

/** An incident with everything that belongs to it. */
interface Whole {
  readonly incident: IncidentDetail;
  readonly deliveries: readonly Delivery[];
  readonly polls: readonly SeenPoll[];
  /** That of the store, or else of the viewer. */
  readonly zone: string;
}

/** An incident: what is known of it, what to do about it, and its timeline. */
export default function IncidentPage({ id }: { readonly id: string }) {
  const loaded = useLoad(`incident ${id}`, (signal) => fetchWhole(id, signal), round.value);
  return (
    <Loaded of={loaded} what="the incident">
      {({ incident, deliveries, polls, zone }) => (
        <>
          <IncidentHead incident={incident} zone={zone} />
          {may('alerts:write') && <IncidentActions incident={incident} onDone={loaded.reload} />}
          {incident.kind === 'mass_outage' && <Members id={incident.incident_id} />}
          <IncidentTimeline events={incident.events} deliveries={deliveries} polls={polls} zone={zone} />
        </>
      )}
    </Loaded>
  );
}

async function fetchWhole(incident_id: string, signal: AbortSignal): Promise<Whole> {
  const [incident, { items: deliveries }] = await Promise.all([
    call('GET /api/v1/incidents/{incident_id}', { path: { incident_id }, signal }),
    call('GET /api/v1/deliveries', { query: { incident_id, limit: 200 }, signal }),
  ]);
  const timeline = await fetchTimeline(incident, signal);
  if (timeline === undefined) return { incident, deliveries, polls: [], zone: VIEWER_ZONE };
  await bringZones([timeline.time_zone]);
  return { incident, deliveries, polls: timeline.polls, zone: timeline.time_zone };
}

/** The polls of the time around; `undefined`: it is about no store, or about one that was deleted. */
async function fetchTimeline(incident: IncidentDetail, signal: AbortSignal) {
  const { store_id } = incident;
  if (store_id === null) return undefined;
  const query = pollRange(incident, Date.now());
  try {
    return await call('GET /api/v1/stores/{store_id}/timeline', { path: { store_id }, query, signal });
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return undefined;
    throw error;
  }
}

function IncidentHead({ incident, zone }: { readonly incident: IncidentDetail; readonly zone: string }) {
  const {
    kind,
    rule,
    since,
    began_earlier,
    members,
    resolved_at,
    up_at,
    snoozed_until,
    acknowledged_at,
    acknowledged_by,
  } = incident;
  const status = incidentStatus(incident, now.value);
  const assigned = incident.events.findLast((event) => event.kind === 'assigned');
  const end = up_at ?? resolved_at;
  return (
    <header class="incident-top">
      <Link class="back small" href="/incidents">
        <Icon name="back" /> Incidents
      </Link>
      <h1>{incidentTitle(incident)}</h1>
      <dl class="incident-facts">
        <div>
          <dt class="unseen">Status</dt>
          <dd>
            <IncidentMark status={status} />
          </dd>
        </div>
        <div>
          <dt>{resolved_at === null ? `${INCIDENT_KIND_WORDS[kind]} since` : 'Began'}</dt>
          <dd>
            <Instant utc={since} zone={zone} />
            {began_earlier && ' or earlier'}
            {end === null && ` (${duration(incidentDuration(incident, now.value))} ago)`}
          </dd>
        </div>
        {incident.planned_until !== null && (
          <div>
            <dt>Planned downtime</dt>
            <dd>
              until <Instant utc={incident.planned_until.utc} zone={zone} />
            </dd>
          </div>
        )}
        {incident.reason !== null && (
          <div>
            <dt>Last reason</dt>
            <dd>{reasonInWords(incident.reason)}</dd>
          </div>
        )}
        {Object.keys(incident.labels).length > 0 && (
          <div>
            <dt>Labels</dt>
            <dd class="labels">
              <Labels labels={incident.labels} />
            </dd>
          </div>
        )}
        {members !== null && (
          <div>
            <dt>Stores</dt>
            <dd>{membersWords(members)}</dd>
          </div>
        )}
        {end !== null && (
          <div>
            <dt>Until</dt>
            <dd>
              <Instant utc={end} zone={zone} /> ({duration(incidentDuration(incident, now.value))})
            </dd>
          </div>
        )}
        {acknowledged_at !== null && (
          <div>
            <dt>Acknowledged</dt>
            <dd>
              {acknowledged_by}, <Ago at={acknowledged_at} />
            </dd>
          </div>
        )}
        {status === 'snoozed' && snoozed_until !== null && (
          <div>
            <dt>Snoozed until</dt>
            <dd>
              <Instant utc={snoozed_until} zone={zone} />
            </dd>
          </div>
        )}
        {incident.assignee_id !== null && (
          <div>
            <dt>Assigned to</dt>
            <dd>{String(assigned?.detail.name ?? 'a user')}</dd>
          </div>
        )}
        {rule !== '' && (
          <div>
            <dt>Rule</dt>
            <dd>{rule}</dd>
          </div>
        )}
        {incident.store_id !== null && (
          <div>
            <dt>Store</dt>
            <dd>
              <Link href={storeHref(incident.store_id)}>Show its page</Link>
            </dd>
          </div>
        )}
        {incident.mass_outage_id !== null && (
          <div>
            <dt>Part of</dt>
            <dd>
              <Link href={`/incidents/${incident.mass_outage_id}`}>a mass outage</Link>
            </dd>
          </div>
        )}
      </dl>
    </header>
  );
}
