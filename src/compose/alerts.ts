import type { Logger } from 'pino';
import type { AuditLog } from '../accounts/audit.ts';
import { ServerSecrets } from '../accounts/secrets.ts';
import { AcknowledgeLinks } from '../alerts/acknowledge-links.ts';
import { BacktestService } from '../alerts/backtests.ts';
import { Digests } from '../alerts/digests.ts';
import { Evaluator } from '../alerts/evaluator.ts';
import { Heartbeat } from '../alerts/heartbeat.ts';
import { IncidentService } from '../alerts/incidents.ts';
import { RuleService } from '../alerts/rules.ts';
import { isBlind, type SightParts } from '../alerts/sight.ts';
import { type Config, isLive } from '../config/config.ts';
import type { ReadPlanned } from '../fleet/planned.ts';
import type { FleetService } from '../fleet/service.ts';
import { MISSED } from '../intake/prober/missed-slots.ts';
import type { Clocks } from '../lib/world/ports.ts';
import { AddressGuard } from '../outbound/addresses.ts';
import type { DeliveryRecord } from '../storage/ports/deliveries.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDirectory } from '../stores/directory.ts';
import { EVERYWHERE, httpClientFor } from './background.ts';

/** Alert rules, their evaluation, and the incidents. */
export interface Alerts {
  readonly rules: RuleService;
  readonly incidents: IncidentService;
  readonly backtests: BacktestService;
  readonly links: AcknowledgeLinks;
  /** The URL that acknowledges what a message is about; `undefined`: nobody knows the address of this server. */
  linkTo(delivery: DeliveryRecord): Promise<string | undefined>;
  readonly evaluator: Evaluator;
  start(): void;
  stop(): Promise<void>;
}

interface Surroundings {
  readonly storage: Storage;
  readonly directory: StoreDirectory;
  readonly fleet: FleetService;
  readonly planned: ReadPlanned;
  readonly audit: AuditLog;
  readonly log: Logger;
  readonly clock: Clocks & { readonly trusted: boolean };
  readonly server: string;
  /** Called when messages wait to be sent. */
  readonly onMessages: () => void;
  /** When messages were last looked for, on the monotonic clock. */
  readonly deliveriesLookedAt: () => number;
}

/** Slots that ended without a poll because probes were late concern some stores, not the sight of all. */
const HARMLESS_GAPS: ReadonlySet<string> = new Set(Object.values(MISSED));

/** Evaluations and looks for deliveries that are further apart are no pipeline that works, milliseconds. */
const LATE = 120_000;

/** What evaluates alert rules, not yet at work. */
export function createAlerts(config: Config, surroundings: Surroundings): Alerts {
  const { storage, directory, fleet, planned, audit, log, clock, server, onMessages } = surroundings;
  const { deliveriesLookedAt } = surroundings;
  const now = () => clock.now();
  const pollInterval = config.poll.interval;
  const schedules = () => fleet.schedules();
  const states = () => fleet.states(undefined);
  const sight = {
    ...{ storage, pollInterval, live: isLive(config) },
    isBlinding: ({ reason }) => !HARMLESS_GAPS.has(reason),
  } satisfies SightParts;
  const evaluator = new Evaluator({
    ...{ ...sight, storage, schedules, planned, log, now, server, onMessages },
    elapsed: () => clock.elapsed(),
    states,
    trusted: () => clock.trusted,
  });
  const digests = new Digests({
    ...{ storage, schedules, planned, pollInterval, log, now, server, onMessages },
    trusted: () => clock.trusted,
  });
  const rules = new RuleService({ storage, directory, audit, now, onChanged: () => evaluator.anythingChanged() });
  const links = new AcknowledgeLinks({ storage, directory, secrets: new ServerSecrets(storage.accounts), now });
  const http = httpClientFor(new AddressGuard(EVERYWHERE));
  const isRecent = (at: number) => clock.elapsed() - at < LATE;
  const works = async () =>
    isRecent(evaluator.succeededAt) && isRecent(deliveriesLookedAt()) && !(await isBlind(now(), sight));
  const heartbeat =
    config.heartbeatUrl === undefined ? undefined : new Heartbeat({ url: config.heartbeatUrl, http, works, log });
  return {
    ...{ rules, evaluator },
    incidents: new IncidentService({ storage, schedules, states, now }),
    backtests: new BacktestService({ storage, schedules, rules, planned, pollInterval, now }),
    links,
    linkTo: async (delivery) =>
      config.publicUrl === undefined ? undefined : `${config.publicUrl}/acknowledge/${await links.issue(delivery)}`,
    start: () => {
      evaluator.start();
      digests.start();
      heartbeat?.start();
    },
    stop: async () => {
      heartbeat?.stop();
      await Promise.all([evaluator.stop(), digests.stop()]);
      http.close();
    },
  };
}
