import type { NotificationFacts, OutageFacts, StoreFacts } from '../../domain/alerts/facts.ts';
import { reasonOf } from '../../domain/reasons.ts';
import { CURRENCIES } from '../../domain/sales/currencies.ts';
import { analyticsVariables } from './analytics.ts';
import { durationWords, reasonWords, storeTimes, timeIn, writtenZone } from './words.ts';

/** What a message is made from besides its facts. */
export interface Surroundings {
  /** The recipient's zone. */
  readonly zone: string;
  readonly url: string | undefined;
  readonly acknowledgeUrl: string | undefined;
}

/** The variables of templates. What a message does not have is null. */
export function variablesOf(facts: NotificationFacts, { zone, url, acknowledgeUrl }: Surroundings) {
  const { kind, severity, at, rule, stores, more, outage, period, count, digest, analytics, downAgain = 0 } = facts;
  const listed = stores.map((store) => storeOf(store, zone));
  return {
    ...{ kind, severity, rule: rule ?? null, time_zone: zone, time: timeIn(zone, at) },
    ...{ stores: listed, store: listed[0] ?? null, store_count: stores.length + more, more },
    down_again: downAgain,
    outage: outage === undefined ? null : outageOf(outage),
    period:
      period === undefined
        ? null
        : {
            from: timeIn(zone, period.from),
            until: period.until === undefined ? null : timeIn(zone, period.until),
            duration: period.until === undefined ? null : durationWords(period.until - period.from),
          },
    digest:
      digest === undefined
        ? null
        : {
            ...{ ended: digest.ended, open: digest.open, planned: digest.planned ?? 0, watched: digest.watched },
            interrupted: digest.interrupted === 0 ? null : durationWords(digest.interrupted),
          },
    analytics: analytics === undefined ? null : analyticsVariables(analytics, zone),
    ...{ count: count ?? null, url: url ?? null, acknowledge_url: acknowledgeUrl ?? null },
  };
}

function outageOf({ label, value, down, of, recovered = 0, own = false }: OutageFacts) {
  return { label, value, down, of, recovered, own, share: Math.round((100 * down) / of) };
}

function lossWords({ amount, currency }: NonNullable<StoreFacts['estimatedLoss']>): string {
  return `${amount.toFixed(CURRENCIES.get(currency) ?? 2)} ${currency}`;
}

function storeOf(store: StoreFacts, recipientZone: string) {
  const { id, name, labels, downSince, beganEarlier = false, upSince, didNotOpen = false, lost } = store;
  const { estimatedLoss, polls, plannedUntil, downAgainSince } = store;
  const zone = writtenZone(store.zone);
  const both = (instant: number | undefined) =>
    instant === undefined ? ([null, null] as const) : storeTimes(zone, recipientZone, instant);
  const [down_since, down_since_yours] = both(downSince);
  const [up_since, up_since_yours] = both(upSince);
  const [down_again_since, down_again_since_yours] = both(downAgainSince);
  const [planned_until, planned_until_yours] = both(plannedUntil);
  const word = polls.find(({ active, reason }) => !active && reason !== undefined)?.reason;
  return {
    ...{ id, name: name ?? id, labels, time_zone: zone, did_not_open: didNotOpen },
    began_earlier: beganEarlier,
    place: Object.entries(labels)
      .map(([label, value]) => `${label}: ${value}`)
      .join(', '),
    ...{ down_since, down_since_yours, up_since, up_since_yours, down_again_since, down_again_since_yours },
    ...{ planned_until, planned_until_yours },
    lost: lost === undefined ? null : durationWords(lost),
    loss: estimatedLoss === undefined ? null : lossWords(estimatedLoss),
    platform: (word === undefined ? undefined : reasonOf(word).detail) ?? null,
    polls: polls.map(({ at, active, reason }) => ({
      time: timeIn(zone, at),
      status: active ? 'active' : 'inactive',
      reason: reason === undefined ? null : reasonWords(reason),
    })),
  };
}
