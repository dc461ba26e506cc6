import { Type } from 'typebox';
import { formatInstant } from '../../calendar/instant.ts';
import type { NotificationKind } from '../../domain/alerts/facts.ts';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { SecretField } from './fields.ts';

/** What ends an alert of PagerDuty. */
const RESOLVES: readonly NotificationKind[] = ['resolved', 'sight_returned'];

/** The Events API v2 of PagerDuty. All messages of an incident have one `dedup_key`, so that they make one alert. */
export const pagerduty = channel({
  kind: 'pagerduty',
  title: 'PagerDuty',
  settings: Type.Object(
    {
      routing_key: SecretField('the integration key of the service', { pattern: '^[A-Za-z0-9]{32}$' }),
    },
    { additionalProperties: false, title: 'PagerdutySettings' },
  ),
  secretFields: ['routing_key'],
  interval: 0,
  target: () => 'PagerDuty',
  send({ routing_key }, { id, title, text, url, acknowledgeUrl, facts }, parts) {
    const links = [
      ...(url === undefined ? [] : [{ href: url, text: 'Details' }]),
      ...(acknowledgeUrl === undefined ? [] : [{ href: acknowledgeUrl, text: 'Acknowledge' }]),
    ];
    const body = {
      routing_key,
      event_action: RESOLVES.includes(facts.kind) ? 'resolve' : 'trigger',
      dedup_key: facts.incidentId ?? id,
      payload: {
        summary: cut(title, 1_024),
        source: facts.stores[0]?.id ?? 'Restaurant Monitor',
        severity: facts.severity === 'page' ? 'critical' : 'warning',
        timestamp: formatInstant(facts.at),
        custom_details: { text, message_id: id },
      },
      links,
      client: 'Restaurant Monitor',
      ...(url !== undefined && { client_url: url }),
    };
    return post(parts.serviceHttp, `${parts.services.pagerduty}/v2/enqueue`, { body }, parts);
  },
});
