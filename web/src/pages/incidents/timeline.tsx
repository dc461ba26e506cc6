import type { Delivery, IncidentEvent, SeenPoll } from '../../../api/schema.ts';
import { whyNotCounted } from '../../lib/absence.ts';
import { counted } from '../../lib/format.ts';
import { eventWords, type TimelineEntry, timelineOf } from '../../lib/incidents.ts';
import { reasonInWords } from '../../lib/reasons.ts';
import { DeliveryStatus } from '../../parts/delivery-status.tsx';
import { Instant } from '../../parts/time.tsx';

interface Props {
  readonly events: readonly IncidentEvent[];
  readonly deliveries: readonly Delivery[];
  readonly polls: readonly SeenPoll[];
  readonly zone: string;
}

/** What happened, earliest first: checks, the incident itself, messages, and what people did. */
export function IncidentTimeline({ events, deliveries, polls, zone }: Props) {
  return (
    <section class="section" aria-labelledby="timeline">
      <header>
        <h2 id="timeline">Timeline</h2>
        <p class="small quiet">Time zone: {zone}</p>
      </header>
      <ol class="incident-timeline">
        {timelineOf(events, deliveries, polls).map((entry, i) => (
          <li key={`${entry.at} ${i}`} data-kind={entry.kind}>
            <span class="small quiet">
              <Instant utc={entry.at} zone={zone} zoneIsNamed />
              {entry.kind === 'polls' && entry.until !== entry.at && (
                <>
                  {' – '}
                  <Instant utc={entry.until} zone={zone} as="time" zoneIsNamed />
                </>
              )}
            </span>
            <span class="entry">
              <Entry entry={entry} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntry }) {
  switch (entry.kind) {
    case 'polls':
      return <Polls polls={entry.polls} />;
    case 'delivery':
      return (
        <>
          Message to {entry.delivery.contact_point_name}: <DeliveryStatus delivery={entry.delivery} />
        </>
      );
    case 'event':
      return (
        <>
          {entry.event.actor !== null && <strong>{entry.event.actor}: </strong>}
          {eventWords(entry.event)}
        </>
      );
  }
}

function Polls({ polls }: { readonly polls: readonly SeenPoll[] }) {
  const [first] = polls;
  if (first === undefined) return null;
  const { status, inactive_reason: reason } = first;
  const ignored = whyNotCounted(first);
  return (
    <>
      <span class="sign" data-kind={status} data-ignored={ignored !== undefined || undefined} aria-hidden="true" />{' '}
      {counted(polls.length, `${status} check`)}
      {reason !== null && <span class="quiet">: {reasonInWords(reason)}</span>}
      {ignored !== undefined && <span class="quiet"> (ignored: {ignored})</span>}
    </>
  );
}
