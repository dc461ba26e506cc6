import type { Exchanger } from '../../outbound/exchange.ts';

/**
 * A check whether any of the control addresses responds. `undefined`: there are none.
 *
 * @param timeout milliseconds for each request
 */
export function controlCheck(
  urls: readonly string[],
  exchanger: Pick<Exchanger, 'get'>,
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
