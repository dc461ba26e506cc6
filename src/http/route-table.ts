import type { App, RouteEntry } from './types.ts';

/** Keeps a list of all routes, and refuses one that does not say who may use it. To be called before any is added. */
export function keepRouteTable(app: App): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access;
    if (access === undefined) throw new Error(`the route ${String(method)} ${url} does not say who may use it`);
    for (const one of [method].flat()) if (one !== 'HEAD') table.push({ method: one, url, access });
  });
}

/** The methods that some route takes at a path; none: there is nothing there. */
export function methodsAt(table: readonly RouteEntry[], path: string): string[] {
  const found = table.filter(({ url }) => matches(url.split('/'), path.split('/'))).map(({ method }) => method);
  return [...new Set(found)];
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((part, i) => (part.startsWith(':') ? path[i] !== '' : part === path[i]));
}
