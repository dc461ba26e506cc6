import type { Accounts } from '../../accounts/service.ts';
import type { Routes } from '../types.ts';
import { auditRoutes } from './audit.ts';
import { factorRoutes } from './factors.ts';
import { keyRoutes } from './keys.ts';
import { linkRoutes } from './links.ts';
import { oidcRoutes } from './oidc.ts';
import { sessionRoutes } from './session.ts';
import { userRoutes } from './users.ts';

/**
 * Sessions, users, keys and the audit log. Responses are private and must not be cached.
 *
 * @param publicUrl where links lead to; `undefined`: where the request came to
 */
export function accountRoutes(accounts: Accounts, publicUrl: string | undefined): Routes {
  return async (app) => {
    // The public routes return personal data, too.
    app.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    await app.register(sessionRoutes(accounts));
    await app.register(oidcRoutes(accounts));
    await app.register(factorRoutes(accounts));
    await app.register(linkRoutes(accounts, publicUrl));
    await app.register(userRoutes(accounts));
    await app.register(keyRoutes(accounts));
    await app.register(auditRoutes(accounts));
  };
}
