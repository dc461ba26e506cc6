import type { TestServer } from './server.ts';

export const HOST = 'localhost:5000';
export const ORIGIN = `http://${HOST}`;

export type Body = Record<string, unknown>;
export type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;
export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body?: Body,
  headers?: Body,
) => Promise<Answer>;

export interface BrowserClient {
  readonly ask: Ask;
  /** The session token over plain HTTP. */
  cookie(): string | undefined;
  readonly cookies: Map<string, string>;
}

/** A browser at an address. It keeps cookies and sends `Origin`. */
export function browser({ app }: TestServer, origin = ORIGIN, remoteAddress = '127.0.0.1'): BrowserClient {
  const cookies = new Map<string, string>();
  return {
    cookies,
    cookie: () => cookies.get('rm_session'),
    ask: async (method, url, body, headers) => {
      const kept = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await app.inject({
        method,
        url: `/api/v1${url}`,
        remoteAddress,
        headers: { host: HOST, origin, ...(kept !== '' && { cookie: kept }), ...headers },
        ...(body && { payload: body }),
      });
      for (const { name, value } of answer.cookies) {
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
  };
}

/** A program that uses an API key. */
export function program({ app }: TestServer, key: string): Ask {
  return (method, url, body, headers) =>
    app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body && { payload: body }),
    });
}
