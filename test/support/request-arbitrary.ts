import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import type { ApiDocument, Parameter, PlacedOperation } from '../../src/http/document/types.ts';
import { HOSTILE, mutated, valid } from './schema-arbitrary.ts';

/** Existing IDs by the name of the parameter: without them, every response would be `404`. */
export type KnownIds = Readonly<Record<string, readonly string[]>>;

const TYPES = [
  ...['application/json', 'application/json; charset=utf-16', 'application/x-ndjson', 'text/csv', 'text/plain'],
  ...['multipart/form-data; boundary=x', 'multipart/form-data', 'application/octet-stream', 'application/gzip'],
  ...['application/vnd.apache.parquet', 'application/x-www-form-urlencoded', 'garbage', 'text/', '; charset', ''],
];
const STRANGE_HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ['application/json', 'text/csv', 'text/event-stream', '*/*;q=x', ',,,', 'x'.repeat(5_000)],
  'accept-encoding': ['gzip', 'x', '*;q=0'],
  'content-encoding': ['gzip', 'br', 'deflate', 'gzip, gzip', 'identity', 'x'],
  'if-match': ['"1"', '*', 'W/"1"', '1', '"', '"a", "b"', 'x'.repeat(2_000)],
  'if-none-match': ['"1"', '*', 'x'],
  'idempotency-key': ['x', ''],
  'last-event-id': ['1', '-1', 'x'],
  range: ['bytes=0-1', 'bytes=9-1', 'x'],
  origin: ['null', 'https://evil.example', 'x'],
  cookie: ['rm_session=x', 'rm_session=%', '=;=;', 'rm_session'],
  'x-forwarded-for': ['10.0.0.1', 'x', '::1, y'],
};

/** Requests to an operation: mostly valid ones with one or two changes, and sometimes random ones. */
export function requests(
  document: ApiDocument,
  operation: PlacedOperation,
  known: KnownIds,
  headers: Readonly<Record<string, string>>,
): fc.Arbitrary<InjectOptions> {
  return fc
    .record({
      path: pathOf(document, operation, known),
      query: queryOf(document, operation, known),
      headers: strangeHeaders(),
      body: bodyOf(document, operation),
    })
    .map(({ path, query, headers: strange, body }) => ({
      method: operation.method as 'GET',
      url: `${path}${query}`,
      headers: { ...headers, ...body.headers, ...strange },
      ...(body.payload !== undefined && { payload: body.payload }),
    }));
}

function pathOf(
  document: ApiDocument,
  { path, parameters = [] }: PlacedOperation,
  known: KnownIds,
): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema ?? { type: 'string' };
    const any = fc.oneof(valid(document, schema), HOSTILE).map((value) => encodePart(value));
    // Unescaped: it may contain half an escape, a dot or an extra slash.
    const raw = fc.constantFrom('%', '%zz', '%ff', '%00', '.', '..', '', '%2e%2e%2f', 'a//b', '*', '%F0%9F%92%A9');
    const existing = (known[name] ?? []).map(encodePart);
    const rest = fc.oneof({ weight: 4, arbitrary: any }, { weight: 1, arbitrary: raw });
    return existing.length === 0 ? rest : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...existing) }, rest);
  });
  return fc.tuple(...values).map((parts) => {
    let i = 0;
    return path.replaceAll(/\{[^}]+\}/g, () => parts[i++] ?? '');
  });
}

function queryOf(document: ApiDocument, { parameters = [] }: PlacedOperation, known: KnownIds): fc.Arbitrary<string> {
  const pairs = parameters.filter((one) => one.in === 'query').map((one) => pairsOf(document, one, known));
  const extra = fc
    .tuple(fc.string({ maxLength: 10 }), HOSTILE)
    .map(([name, value]) => [`${encodePart(name)}=${encodePart(value)}`]);
  const none = fc.constant<string[]>([]);
  const raw = fc.constantFrom(['%'], ['&&=&'], ['a[b]=c'], ['__proto__=x'], ['limit'], ['limit=1&limit=2']);
  return fc
    .tuple(...pairs, fc.oneof({ weight: 8, arbitrary: none }, extra, raw))
    .map((lists) => lists.flat().join('&'))
    .map((text) => (text === '' ? '' : `?${text}`));
}

function pairsOf(document: ApiDocument, parameter: Parameter, known: KnownIds): fc.Arbitrary<string[]> {
  const { name, schema, required, example } = parameter;
  const good = [...(known[name] ?? []), ...(example === undefined ? [] : [example])];
  const fitting = valid(document, schema);
  const value = fc.oneof(
    { weight: 6, arbitrary: good.length === 0 ? fitting : fc.oneof(fc.constantFrom(...good), fitting) },
    { weight: 1, arbitrary: HOSTILE },
  );
  const pairs = value.map((one) => [one].flat().map((part) => `${name}=${encodePart(part)}`));
  return fc.oneof({ weight: required ? 9 : 2, arbitrary: pairs }, { weight: 1, arbitrary: fc.constant<string[]>([]) });
}

interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

function bodyOf(document: ApiDocument, { requestBody, method }: PlacedOperation): fc.Arbitrary<Body> {
  const nothing = fc.constant<Body>({ headers: {} });
  const random = fc
    .tuple(fc.constantFrom(...TYPES, ...Object.keys(requestBody?.content ?? {})), bytes())
    .map(([type, payload]) => ({ headers: { 'content-type': type }, payload }));
  if (requestBody === undefined) return method === 'GET' ? nothing : fc.oneof(nothing, random);
  const documented = Object.entries(requestBody.content).map(([type, { schema }]) => {
    const headers = { 'content-type': type };
    if (type !== 'application/json') return lines().map((payload): Body => ({ headers, payload }));
    const fitting = valid(document, schema);
    const values = fc.oneof(fitting, mutated(fitting), mutated(mutated(fitting)), HOSTILE);
    return fc.tuple(values, fc.integer({ min: 0, max: 9 })).map(([value, how]) => written(value, how, headers));
  });
  return fc.oneof(
    { weight: 8, arbitrary: fc.oneof(...documented) },
    { weight: 2, arbitrary: random },
    { weight: 1, arbitrary: nothing },
  );
}

/** Mostly plain, sometimes cut off, gzipped, or gzipped and cut off. */
function written(value: unknown, how: number, headers: Record<string, string>): Body {
  const text = JSON.stringify(value) ?? '';
  const zipped = { ...headers, 'content-encoding': 'gzip' };
  if (how === 0) return { headers, payload: text.slice(0, -1) };
  if (how === 1) return { headers: zipped, payload: gzipSync(text) };
  if (how === 2) return { headers: zipped, payload: gzipSync(text).subarray(0, -6) };
  if (how === 3) return { headers: zipped, payload: text };
  return { headers, payload: text };
}

/** Lines of CSV or JSON, some of them valid. */
function lines(): fc.Arbitrary<string | Buffer> {
  const line = fc.oneof(
    fc.constantFrom(
      'store_id,status,timestamp_utc',
      'a,active,2023-01-22 12:00:00 UTC',
      'a,active',
      '"a',
      '{}',
      '{"a":',
      '',
    ),
    fc.constantFrom(
      '{"store_id":"a","status":"active","timestamp_utc":"2023-01-22T12:00:00Z"}',
      '\u0000',
      'x'.repeat(9_000),
    ),
    fc.string({ maxLength: 30 }),
  );
  const text = fc.array(line, { maxLength: 6 }).map((some) => some.join('\n'));
  return fc.oneof(
    text,
    text.map((one) => gzipSync(one)),
    bytes(),
  );
}

function bytes(): fc.Arbitrary<Buffer> {
  const deep = fc.constantFrom(
    '['.repeat(20_000),
    '{"a":'.repeat(5_000),
    `"${'x'.repeat(60_000)}"`,
    'PAR1PAR1',
    '\ufeff{}',
  );
  const any = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  return fc.oneof(
    any,
    deep.map((text) => Buffer.from(text)),
  );
}

function strangeHeaders(): fc.Arbitrary<Record<string, string>> {
  const one = fc
    .constantFrom(...Object.entries(STRANGE_HEADERS))
    .chain(([name, values]) => fc.constantFrom(...values).map((value) => ({ [name]: value })));
  return fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: one });
}

/** A lone surrogate cannot be in a URL, and an object without a prototype cannot become text. */
function encodePart(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}
