import type { Incident, Routes } from '../../../api/schema.ts';
import { incidentTitle, incidentWords } from '../../lib/incidents.ts';
import { Link } from '../../parts/link.tsx';
import { StateShape } from '../../parts/state-mark.tsx';
import { Ago } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { useLoad } from '../../state/load.ts';
import { asOf } from '../../state/place.ts';
import { isOwner, may } from '../../state/session.ts';

/** Incidents that are shown. */
const SHOWN = 5;

const DAY = 86_400_000;

/** Open incidents that nobody has acknowledged, mass outages first, then the newest; `more`: there are others. */
export interface NewIncidents {
  readonly items: readonly Incident[];
  readonly more: boolean;
}

type IncidentQuery = NonNullable<Routes['GET /api/v1/incidents']['query']>;

const NONE: NewIncidents = { items: [], more: false };

/** The newest open incidents that need an acknowledgement; none of a past instant, or without alert rules. */
export function useNewIncidents(): NewIncidents {
  const isAsked = may('alerts:read') && asOf.value === '';
  const { data = NONE } = useLoad(
    `new incidents ${isAsked}`,
    async (signal): Promise<NewIncidents> => {
      if (!isAsked) return NONE;
      const members = isOwner() ? undefined : false;
      const open = { state: 'open', acknowledged: false } as const;
      const fetch = (query: IncidentQuery) => call('GET /api/v1/incidents', { query: { ...open, ...query }, signal });
      const [outages, others] = await Promise.all([
        fetch({ kind: ['mass_outage'], limit: SHOWN }),
        fetch({ kind: ['down', 'did_not_open', 'blind'], members, limit: SHOWN }),
      ]);
      // Stores that have been down for longer are one line of the page, as are those in planned downtime.
      const isRecent = ({ since, planned_until: planned }: Incident) =>
        planned === null && Date.now() - Date.parse(since) < DAY;
      const recent = others.items.filter(isRecent).toSorted((a, b) => Date.parse(b.since) - Date.parse(a.since));
      const items = [...outages.items, ...recent];
      const more = outages.next_cursor !== null || others.next_cursor !== null || items.length > SHOWN;
      return { items: items.slice(0, SHOWN), more };
    },
    round.value,
  );
  return data;
}

/** New incidents, each a link. */
export function NewIncidentList({ incidents: { items, more } }: { readonly incidents: NewIncidents }) {
  if (items.length === 0) return null;
  return (
    <>
      <ol class="new-incidents" aria-label="New incidents">
        {items.map((incident) => (
          <li key={incident.incident_id}>
            <span class="state" data-state="offline">
              <StateShape state="offline" />
            </span>
            <Link class="who store-name" href={`/incidents/${incident.incident_id}`}>
              {incidentTitle(incident)}
            </Link>
            <span class="since quiet">
              {incidentWords(incident)} · began <Ago at={incident.since} />
              {incident.began_earlier && ' or earlier'} · not acknowledged
            </span>
          </li>
        ))}
      </ol>
      {more && (
        <Link class="button plain" href="/incidents?state=open">
          Show all new incidents
        </Link>
      )}
    </>
  );
}
