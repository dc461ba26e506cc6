/** A response other than 503, which a busy server gives in place of a late one. Only for requests that can be repeated. */
export async function fetchReady(url: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const response = await fetch(url, init);
    if (response.status !== 503) return response;
    await response.body?.cancel();
  }
}
