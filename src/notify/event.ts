import { formatInstant, instantOrNull } from '../calendar/instant.ts';
import type { AnalyticsFacts } from '../domain/alerts/analytics-facts.ts';
import type { StoreFacts } from '../domain/alerts/facts.ts';
import { reasonOf } from '../domain/reasons.ts';
import type { Message } from './channel.ts';

/** A message as JSON for programs. */
export function eventOf({ title, text, url, acknowledgeUrl, facts }: Message) {
  const { kind, severity, at, incidentId, rule, stores, more, outage, period, count, digest, analytics } = facts;
  return {
    type: kind === 'analytics' ? 'analytics.answered' : `alert.${kind}`,
    timestamp: formatInstant(at),
    data: {
      ...{ title, text, severity, incident_id: incidentId ?? null, rule: rule ?? null },
      stores: stores.map(storeOf),
      more_stores: more,
      mass_outage: outage === undefined ? null : { recovered: null, own: false, ...outage },
      period: period === undefined ? null : { from: formatInstant(period.from), until: instantOrNull(period.until) },
      digest:
        digest === undefined
          ? null
          : {
              ...{ ended: digest.ended, open: digest.open, watched: digest.watched },
              interrupted_minutes: digest.interrupted / 60_000,
            },
      ...(analytics !== undefined && { analytics: analyticsOf(analytics) }),
      ...{ count: count ?? null, url: url ?? null, acknowledge_url: acknowledgeUrl ?? null },
    },
  };
}

/** By the names of the API, which has all figures. */
function analyticsOf({ subscriptionId, name, question, answer, problem }: AnalyticsFacts) {
  const { total } = answer ?? {};
  return {
    ...{ subscription_id: subscriptionId, name, question, problem: problem ?? null },
    ...{ as_of: instantOrNull(answer?.asOf), known_at: instantOrNull(answer?.knownAt) },
    ...{ uptime_ratio: total?.uptime ?? null, uptime_change: total?.change ?? null },
    down_seconds: total === undefined ? null : total.down / 1_000,
  };
}

function storeOf(store: StoreFacts) {
  const {
    id,
    name,
    labels,
    zone,
    downSince,
    beganEarlier = false,
    upSince,
    downAgainSince,
    lost,
    estimatedLoss,
    polls,
  } = store;
  return {
    ...{ store_id: id, name: name ?? null, labels, time_zone: zone },
    ...{ down_since: instantOrNull(downSince), began_earlier: beganEarlier, up_since: instantOrNull(upSince) },
    down_again_since: instantOrNull(downAgainSince),
    lost_minutes: lost === undefined ? null : lost / 60_000,
    estimated_loss: estimatedLoss ?? null,
    polls: polls.map(({ at, active, reason }) => {
      const { code = null, detail = null } = reason === undefined ? {} : reasonOf(reason);
      return { at: formatInstant(at), status: active ? 'active' : 'inactive', reason: code, detail };
    }),
  };
}
