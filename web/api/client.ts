import type { Problem, Routes } from './schema.ts';

/** A problem; one that comes from between here and the server has no code. */
export type Refusal = Omit<Problem, 'code'> & { readonly code?: Problem['code'] };

/** The problem of a response that is not the server's own. */
export function foreignProblem(status: number, title: string): Refusal {
  return { type: 'about:blank', title, status, detail: `the server answered ${status} ${title}` };
}

/** What the server refused, and why. */
export class ApiError extends Error {
  readonly problem: Refusal;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined;

  constructor(problem: Refusal, retryAfter: number | undefined) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return this.problem.status;
  }
}

export interface ClientOptions {
  /** Where the server is; in a browser, where the page is from. */
  readonly base?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

type RequestOf<R> = Omit<R, 'answer' | 'events'> & { readonly signal?: AbortSignal | undefined };
/** A request that has to say nothing need not be there. */
type Arguments<R> = Record<string, never> extends RequestOf<R> ? [request?: RequestOf<R>] : [request: RequestOf<R>];
type AnswerOf<R> = R extends { readonly answer: infer A } ? A : never;

/** The routes whose answer is a stream of server-sent events. */
export type StreamRoute = { [K in keyof Routes]: Routes[K] extends { events: unknown } ? K : never }[keyof Routes];
export type EventOf<K extends StreamRoute> = Routes[K] extends {
  readonly events: infer E extends { readonly event: string; readonly data: unknown };
}
  ? E
  : never;
/** The data of one kind of event. */
export type EventData<K extends StreamRoute, N extends EventOf<K>['event']> = Extract<
  EventOf<K>,
  { readonly event: N }
>['data'];

export interface Answer<T> {
  readonly data: T;
  /** For `if-match`, where the thing can be changed. */
  readonly etag: string | undefined;
}

export interface Client {
  /**
   * Sends a request and brings what the server says: JSON as its type, other media types as text.
   *
   *     const page = await call('GET /api/v1/stores', { query: { limit: 50 }, signal });
   *
   * @throws ApiError when the server refuses; what `fetch` throws when it cannot be reached or `signal` says stop
   */
  call<K extends keyof Routes>(route: K, ...rest: Arguments<Routes[K]>): Promise<AnswerOf<Routes[K]>>;
  /** The same with the version of the thing. */
  send<K extends keyof Routes>(route: K, ...rest: Arguments<Routes[K]>): Promise<Answer<AnswerOf<Routes[K]>>>;
  /** Where a route is, for a link or an `EventSource`. */
  urlOf<K extends keyof Routes>(route: K, ...rest: Arguments<Routes[K]>): string;
}

/** What any request may have, whatever its route. */
interface Parts {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Requests by method and path, as the server describes them. */
export function client({ base = '', headers = {} }: ClientOptions = {}): Client {
  const send = async (route: string, parts: Parts = {}): Promise<Answer<unknown>> => {
    const [method = ''] = route.split(' ', 1);
    const { body, signal } = parts;
    const sent = new Headers(headers);
    for (const [name, value] of Object.entries(parts.headers ?? {})) if (value !== undefined) sent.set(name, value);
    const raw = body === undefined || body instanceof Blob;
    // A Blob says itself what it is.
    if (!raw) sent.set('content-type', 'application/json');
    const response = await fetch(urlOf(base, route, parts), {
      method,
      headers: sent,
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
    if (!response.ok) throw await errorFrom(response);
    return { data: await dataOf(response), etag: response.headers.get('etag') ?? undefined };
  };
  return {
    send,
    call: async (route: string, parts?: Parts) => (await send(route, parts)).data,
    urlOf: (route: string, parts?: Parts) => urlOf(base, route, parts),
  } as Client;
}

function urlOf(base: string, route: string, { path = {}, query = {} }: Parts = {}): string {
  const template = route.slice(route.indexOf(' ') + 1);
  const filled = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(path[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, String(one));
  }
  const text = search.toString();
  return `${base}${filled}${text === '' ? '' : `?${text}`}`;
}

async function dataOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  return type.startsWith('application/json') ? response.json() : response.text();
}

/** Something between here and the server may refuse as well, in words of its own. */
async function errorFrom(response: Response): Promise<ApiError> {
  const { status, statusText, headers } = response;
  const seconds = headers.get('retry-after');
  const text = await response.text();
  const known = headers.get('content-type')?.startsWith('application/problem+json') === true;
  const problem = known ? (JSON.parse(text) as Problem) : foreignProblem(status, statusText);
  return new ApiError(problem, seconds === null ? undefined : Number(seconds));
}
