import type { AcknowledgeLinks } from '../../alerts/acknowledge-links.ts';
import type { BacktestService } from '../../alerts/backtests.ts';
import type { IncidentService } from '../../alerts/incidents.ts';
import type { RuleService } from '../../alerts/rules.ts';
import type { Routes } from '../types.ts';
import { acknowledgeRoutes } from './acknowledge.ts';
import { incidentRoutes } from './incidents.ts';
import { ruleRoutes } from './rules.ts';

export interface AlertApiParts {
  readonly rules: RuleService;
  readonly incidents: IncidentService;
  readonly backtests: BacktestService;
  readonly links: AcknowledgeLinks;
}

/** Alert rules, incidents, and the links that acknowledge them. */
export function alertRoutes({ rules, incidents, backtests, links }: AlertApiParts): Routes {
  return async (app) => {
    await app.register(ruleRoutes(rules, backtests));
    await app.register(incidentRoutes(incidents));
    await app.register(acknowledgeRoutes(links));
  };
}
