import type { ContactPoint } from '../../api/schema.ts';
import { call } from './api.ts';
import { type Load, useLoad } from './load.ts';

/** More than a user and the team can have. */
const ALL = 500;

/** The contact points that the user can see, as many as there can be on a page. */
export function useContactPoints(): Load<readonly ContactPoint[]> {
  return useLoad('contact points', async (signal) => {
    return (await call('GET /api/v1/contact-points', { query: { limit: ALL }, signal })).items;
  });
}
