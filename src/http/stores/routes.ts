import type { PollService } from '../../intake/api/service.ts';
import type { Routes } from '../types.ts';
import { batchRoutes } from './batch.ts';
import { deletedStoreRoutes } from './deleted.ts';
import { exportRoutes } from './export.ts';
import { hoursRoutes } from './hours.ts';
import { pollRoutes } from './polls.ts';
import { storeLabelRoutes } from './store-labels.ts';
import { storeZoneRoutes } from './store-zones.ts';
import { type StoreRouteParts, storeRoutes } from './stores.ts';

export interface StoreApiParts extends StoreRouteParts {
  readonly polls: PollService;
}

/** Stores, their hours and their polls, below `/api/v1`. */
export function storeApiRoutes(parts: StoreApiParts): Routes {
  return async (app) => {
    await app.register(storeRoutes(parts));
    await app.register(batchRoutes(parts.stores));
    await app.register(deletedStoreRoutes(parts.stores));
    await app.register(exportRoutes(parts));
    await app.register(storeZoneRoutes(parts.directory));
    await app.register(storeLabelRoutes(parts.directory));
    await app.register(hoursRoutes(parts.stores));
    await app.register(pollRoutes(parts.polls, parts.stores));
  };
}
