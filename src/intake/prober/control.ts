import type { HttpClient } from '../../outbound/http-client.ts';

/**
 * A check whether any of the control addresses responds. `undefined`: there are none.
 *
 * @param timeout milliseconds for each request
 */
export function controlCheck(
  urls: readonly string[],
  http: Pick<HttpClient, 'get'>,
  timeout: number,
): (() => Promise<boolean>) | undefined {
  if (urls.length === 0) return undefined;
  const check = async (url: string) => (await http.get(new URL(url), { headers: {}, timeout })).drop();
  return () =>
    Promise.any(urls.map(check)).then(
      () => true,
      () => false,
    );
}
