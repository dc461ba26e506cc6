import type { Server } from '../../src/compose.ts';

/** The samples of `/metrics` whose names match, without `restaurant_monitor_`: `polls_received_total{source="api"} 2`. */
export async function samples({ app }: Pick<Server, 'app'>, names: RegExp): Promise<string[]> {
  const { body } = await app.inject({ url: '/metrics' });
  return body
    .split('\n')
    .filter((line) => line.startsWith('restaurant_monitor_'))
    .map((line) => line.slice('restaurant_monitor_'.length))
    .filter((line) => names.test(line));
}
