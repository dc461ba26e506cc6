import type { FastifyReply, FastifyRequest } from 'fastify';
import { excerpt } from '../lib/text.ts';
import type { unknownPages } from './dashboard.ts';
import type { CorsOrigins } from './guards/cors.ts';
import { sendProblem } from './problems.ts';
import { allowedAt, methodsAt } from './route-table.ts';
import type { App } from './types.ts';

interface NotFoundParts {
  readonly origins: CorsOrigins;
  readonly sendUnknownPage: ReturnType<typeof unknownPages>;
}

/**
 * Answers requests for which there is no route: `404`, or `405` if the path takes other methods, which `OPTIONS` lists.
 * A path in which an ID is left out has no route either.
 */
export function answerUnknownPaths(app: App, { origins, sendUnknownPage }: NotFoundParts): void {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = ''] = request.url.split('?', 1);
    const methods = methodsAt(app.routeTable, path);
    const shown = excerpt(path);
    if (methods.length === 0) {
      const near = path.replace(/\/+$/, '');
      const hint =
        near !== path && methodsAt(app.routeTable, near).length > 0 ? `; did you mean ${excerpt(near)}?` : '';
      return (
        sendUnknownPage(request, reply) ?? sendProblem(reply, 'route_not_found', `there is nothing at ${shown}${hint}`)
      );
    }
    const preflight = origins.answerPreflight(request, reply, methods);
    if (preflight !== undefined) return preflight;
    reply.header('allow', allowedAt(app.routeTable, path).join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return sendProblem(reply, 'method_not_allowed', `${shown} takes ${methods.join(', ')}, not ${request.method}`);
  };
  app.setNotFoundHandler(async (request, reply) => answer(request, reply));
  // The router takes the end of `/stores/` for an ID without characters.
  app.addHook('onRequest', async (request, reply) => {
    if (Object.values(request.params ?? {}).includes('')) return answer(request, reply);
  });
}
