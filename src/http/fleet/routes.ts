import { Type } from 'typebox';
import { canSeeAllStores, storesOf } from '../../accounts/access.ts';
import { FLEET_HISTORY } from '../../domain/fleet.ts';
import type { FleetService } from '../../fleet/service.ts';
import { messageOf } from '../../lib/errors.ts';
import type { CoverageGaps } from '../../storage/ports/coverage-gaps.ts';
import { AsOf, asOfFrom } from '../as-of.ts';
import { Events } from '../document/media.ts';
import { startEvents } from '../sse.ts';
import type { Routes } from '../types.ts';
import { FleetEvents, FleetUpdate } from './events.ts';
import { FleetHistory, gapOf, HistoryZone, historyOf, historyZone } from './history.ts';
import { FleetStatus, statusOf } from './status.ts';

const FleetQuery = Type.Object({ as_of: Type.Optional(AsOf) }, { additionalProperties: false });

const HistoryQuery = Type.Object(
  { as_of: Type.Optional(AsOf), time_zone: Type.Optional(HistoryZone) },
  { additionalProperties: false },
);

const tags = ['fleet'];

/** Figures and states of all visible stores. */
export function fleetRoutes(fleet: FleetService, coverage: Pick<CoverageGaps, 'list'>): Routes {
  return async (app) => {
    const events = new FleetEvents(fleet, (error) => {
      app.log.warn({ reason: messageOf(error) }, 'fleet events delayed');
    });

    app.get(
      '/api/v1/fleet',
      {
        config: { access: 'fleet:read' },
        schema: {
          operationId: 'getFleet',
          tags,
          summary: 'Get the state and uptime of all stores, now or at an instant',
          querystring: FleetQuery,
          response: { 200: FleetStatus },
        },
      },
      async (request, reply) => {
        const stores = storesOf(request.principal);
        const asked = await asOfFrom(request, fleet);
        const [view, figures, census] = await Promise.all([
          fleet.view(stores, asked),
          fleet.figures(stores, asked),
          stores === 'all' ? fleet.census() : undefined,
        ]);
        reply.header('cache-control', 'no-store');
        return statusOf(view, figures, fleet, census);
      },
    );

    app.get(
      '/api/v1/fleet/history',
      {
        config: { access: 'fleet:read' },
        schema: {
          operationId: 'getFleetHistory',
          tags,
          summary: 'Get the uptime and poll counts of all stores by hour and by day',
          querystring: HistoryQuery,
          response: { 200: FleetHistory },
        },
      },
      async (request, reply) => {
        const zone = historyZone(request.query.time_zone);
        const figures = await fleet.figures(storesOf(request.principal), await asOfFrom(request, fleet));
        reply.header('cache-control', 'no-store');
        const gaps = await coverage.list(figures.asOf - FLEET_HISTORY, figures.asOf);
        const all = canSeeAllStores(request.principal);
        return { ...historyOf(figures, zone), gaps: gaps.map((gap) => gapOf(gap, all)) };
      },
    );

    app.get(
      '/api/v1/fleet/events',
      {
        // A HEAD request would open a stream that nobody reads.
        exposeHeadRoute: false,
        config: { access: 'fleet:read', quota: 'stream' },
        schema: {
          operationId: 'listenToFleet',
          tags,
          summary: 'Get events whenever the states of the stores change',
          response: { 200: Events('a `fleet` event at once, and one after each change', { fleet: FleetUpdate }) },
        },
      },
      async (request, reply) => {
        events.add(request.principal, startEvents(reply));
        return reply;
      },
    );
  };
}
