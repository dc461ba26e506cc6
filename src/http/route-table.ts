import type { FastifySchema } from 'fastify';
import { isTag } from './document/tags.ts';
import { NoQuery } from './schemas.ts';
import type { App, RouteEntry } from './types.ts';

/**
 * Keeps a list of all routes, and rejects a route without an access rule or a description. Call it before routes are
 * added.
 */
export function keepRouteTable(app: App): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url, config, exposeHeadRoute, schema = {} }) => {
    // A parameter that no route knows may be a mistake, such as `dry_run` where there is no dry run.
    if (url.startsWith('/api/v1/')) schema.querystring ??= NoQuery;
    // Fastify adds a HEAD to each GET.
    const methods = [method].flat().filter((one) => one !== 'HEAD');
    const access = config?.access;
    if (access === undefined) throw new Error(`the route ${String(method)} ${url} does not say who may use it`);
    const streams = isStream(schema);
    if (streams && [method].flat().includes('HEAD')) {
      throw new Error(`the route GET ${url} is a stream, which never ends: it needs exposeHeadRoute: false`);
    }
    for (const one of methods) {
      const lack = lackOf(schema) ?? twin(table, schema.operationId);
      if (lack !== undefined) throw new Error(`the route ${one} ${url} ${lack}`);
      const { operationId = '', hide } = schema;
      const { quota } = config ?? {};
      table.push({
        method: one,
        url,
        access,
        operationId,
        ...(quota && { quota }),
        ...(hide === true && { page: true }),
        ...(one === 'GET' && exposeHeadRoute !== false && { takesHead: true }),
      });
    }
  });
}

/** Whether a route responds with events. */
function isStream({ response }: FastifySchema): boolean {
  return Object.values((response ?? {}) as Record<string, { content?: object }>).some(
    ({ content }) => content !== undefined && 'text/event-stream' in content,
  );
}

/** What the description lacks. */
function lackOf({ operationId = '', summary = '', tags = [], response }: FastifySchema): string | undefined {
  if (!/^[a-z][a-zA-Z]+$/.test(operationId)) return 'has no operationId such as listStores';
  if (!/^[A-Z].*[^.]$/.test(summary)) return 'has no summary (a capital at the beginning, no full stop)';
  const [tag, more] = tags;
  if (tag === undefined || more !== undefined || !isTag(tag)) return 'has not one tag of src/http/document/tags.ts';
  const answers = Object.keys((response as object | undefined) ?? {});
  if (!answers.some((status) => /^[123]/.test(status))) return 'does not say what it answers';
  return undefined;
}

function twin(table: readonly RouteEntry[], operationId: string | undefined): string | undefined {
  const other = table.find((route) => route.operationId === operationId);
  return other && `has the operationId of ${other.method} ${other.url}`;
}

/** The methods of the routes at a path; none: there is no route. */
export function methodsAt(table: readonly RouteEntry[], path: string): string[] {
  return [...new Set(routesAt(table, path).map(({ method }) => method))];
}

/** All methods that a path answers, for `Allow`; none: there is no route. */
export function allowedAt(table: readonly RouteEntry[], path: string): string[] {
  const routes = routesAt(table, path);
  if (routes.length === 0) return [];
  const methods = routes.flatMap(({ method, takesHead }) => (takesHead ? [method, 'HEAD'] : [method]));
  return [...new Set([...methods, 'OPTIONS'])];
}

function routesAt(table: readonly RouteEntry[], path: string): RouteEntry[] {
  return table.filter(({ url }) => matches(url.split('/'), path.split('/')));
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((part, i) => (part.startsWith(':') ? path[i] !== '' : part === path[i]));
}
