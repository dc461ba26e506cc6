import type { Exchanger } from '../../outbound/exchange.ts';

/**
 * Whether any of some addresses that always answer does. `undefined`: none is named.
 *
 * @param timeout milliseconds for each
 */
export function controlOf(
  urls: readonly string[],
  exchanger: Exchanger,
  timeout: number,
): (() => Promise<boolean>) | undefined {
  if (urls.length === 0) return undefined;
  const ask = async (url: string) => (await exchanger.get(new URL(url), { headers: {}, timeout })).drop();
  return () =>
    Promise.any(urls.map(ask)).then(
      () => true,
      () => false,
    );
}
