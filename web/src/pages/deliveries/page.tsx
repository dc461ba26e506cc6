import type { Delivery } from '../../../api/schema.ts';
import { DELIVERY_STATUSES, isFinished } from '../../lib/contact-point.ts';
import { MESSAGE_KIND_WORDS } from '../../lib/incidents.ts';
import { AlertTabs } from '../../parts/alert-tabs.tsx';
import { DeliveryStatus } from '../../parts/delivery-status.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Link } from '../../parts/link.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { round } from '../../state/live.ts';
import { usePages } from '../../state/pages.ts';
import { hereWith, param, setParams } from '../../state/place.ts';
import { may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import './deliveries.css';

const STATUSES = Object.keys(DELIVERY_STATUSES) as Delivery['status'][];

/** The messages of 90 days, newest first. The search and the filters are in the URL. */
export default function DeliveriesPage() {
  const search = param('search');
  const point = param('contact_point');
  const status = STATUSES.find((one) => one === param('status'));
  const query = { search: search || undefined, contact_point_id: point || undefined, status };
  const { list, more, reload } = usePages<Delivery>(
    `deliveries ${JSON.stringify(query)}`,
    (cursor, signal) => call('GET /api/v1/deliveries', { query: { ...query, cursor }, signal }),
    round.value,
  );
  return (
    <>
      <header class="head">
        <div>
          <h1>Delivery log</h1>
          <p class="quiet">The messages of the last 90 days, with their outcome.</p>
        </div>
      </header>
      <AlertTabs />
      <div class="row delivery-filter">
        <SearchField label="Search messages" placeholder="Contact point or reason" />
        <label class="select">
          <span class="unseen">Status</span>
          <select value={status ?? ''} onChange={({ currentTarget }) => setParams({ status: currentTarget.value })}>
            <option value="">All messages</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {DELIVERY_STATUSES[one].word}
              </option>
            ))}
          </select>
        </label>
      </div>
      {point !== '' && (
        <p class="small">
          Only to one contact point. <Link href={hereWith({ contact_point: '' })}>Show all</Link>
        </p>
      )}
      <LoadedList of={list} reload={reload} what="the messages" empty={<Empty title="No messages" />}>
        {(deliveries) => (
          <table class="stacks deliveries">
            <thead>
              <tr>
                <th>Created</th>
                <th>Message</th>
                <th>To</th>
                <th>Outcome</th>
                <th>
                  <span class="unseen">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {deliveries.map((delivery) => (
                <DeliveryRow key={delivery.delivery_id} delivery={delivery} onResent={reload} />
              ))}
            </tbody>
          </table>
        )}
      </LoadedList>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          Earlier messages
        </button>
      )}
    </>
  );
}

function DeliveryRow({ delivery, onResent }: { readonly delivery: Delivery; readonly onResent: () => void }) {
  const { delivery_id, created_at, title, kind, contact_point_name, channel, incident_id, attempts } = delivery;
  const { next_attempt_at: next } = delivery;
  const { busy, error, run } = useSubmit();
  const resend = async () => {
    await call('POST /api/v1/deliveries/{delivery_id}/resend', { path: { delivery_id } });
    onResent();
  };
  return (
    <tr>
      <td>
        <Instant utc={created_at} as="date" />
      </td>
      <td>
        {kind === 'test' ? (
          title
        ) : (
          <Link href={incident_id === null ? '/incidents' : `/incidents/${incident_id}`}>{title}</Link>
        )}
        <div class="small quiet">{MESSAGE_KIND_WORDS[kind]}</div>
      </td>
      <td>
        {contact_point_name} <span class="small quiet">{channel.replaceAll('_', ' ')}</span>
      </td>
      <td>
        <DeliveryStatus delivery={delivery} />
        {attempts > 1 && <div class="small quiet">{attempts} attempts</div>}
        {next !== null && attempts > 0 && (
          <div class="small quiet">
            Next: <Instant utc={next} />
          </div>
        )}
      </td>
      <td>
        {may('alerts:write') && isFinished(delivery) && (
          <button
            type="button"
            class="button"
            disabled={busy}
            aria-label={`Send again: ${title}`}
            onClick={() => run(resend)}
          >
            Send again
          </button>
        )}
        <Failure error={error} />
      </td>
    </tr>
  );
}
