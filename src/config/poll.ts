import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parsePointer } from '../intake/prober/json-pointer.ts';
import { type ProbeRule, probeUrl, type StatusRanges } from '../intake/prober/probe-rule.ts';
import { invalid } from '../lib/errors.ts';
import { parseNetwork } from '../lib/networks.ts';
import { duration, httpUrl, list, oneOf, type Setting, wholeNumber } from '../lib/settings.ts';

export interface PollConfig {
  /** Whether `serve` runs the prober. */
  readonly on: boolean;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  /** The most probes at once, in total and for each host. */
  readonly concurrency: number;
  readonly perHost: number;
  /** The folder of the day files. */
  readonly folder: string;
  readonly rule: ProbeRule;
  /** Private networks, such as `10.1.0.0/16`, to which probes are allowed. */
  readonly allowPrivate: readonly string[];
  /** URLs that always respond. */
  readonly control: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError `invalid_input` with the variable, its value (unless it may be secret) and what was expected */
export function loadPollConfig(env: Environment): PollConfig {
  const setting = (name: string, fallback: string): Setting => ({ name, value: env[name] || fallback });
  return Object.freeze({
    on: oneOf(setting('POLL', 'off'), ['on', 'off']) === 'on',
    interval: duration(setting('POLL_INTERVAL', '1h'), '1m', '24h'),
    concurrency: wholeNumber(setting('POLL_CONCURRENCY', '256'), 1, 10_000),
    perHost: wholeNumber(setting('POLL_PER_HOST', '16'), 1, 10_000),
    folder: setting('POLLS_DIR', './var/polls').value,
    rule: {
      template: templateFrom(setting('PROBE_URL', '')),
      headers: headersFrom(setting('PROBE_HEADERS', '{}')),
      statuses: statusesFrom(setting('PROBE_STATUS', '200-299')),
      value: valueFrom(setting('PROBE_POINTER', ''), setting('PROBE_ACTIVE', '')),
      reason: reasonFrom(setting('PROBE_REASON', '')),
      tlsFaults: oneOf(setting('PROBE_TLS', 'inactive'), ['inactive', 'unobserved']),
      timeout: duration(setting('PROBE_TIMEOUT', '10s'), '100ms', '60s'),
      maxBytes: wholeNumber(setting('PROBE_MAX_BYTES', '65536'), 1, 16 * 1024 * 1024),
      maxRedirects: wholeNumber(setting('PROBE_REDIRECTS', '3'), 0, 20),
    },
    allowPrivate: list(setting('PROBE_ALLOW_PRIVATE', '')).map((part) => parseNetwork('PROBE_ALLOW_PRIVATE', part)),
    control: list(setting('PROBE_CONTROL', '')).map((value) => httpUrl({ name: 'PROBE_CONTROL', value })),
  });
}

function templateFrom(setting: Setting): string | undefined {
  const { name, value } = setting;
  if (value === '') return undefined;
  if (!value.includes('{store_id}')) {
    throw invalid(`${name} has no {store_id}, expected a URL such as https://api.example.com/stores/{store_id}/status`);
  }
  httpUrl({ name, value: value.replaceAll('{store_id}', 'x') });
  const url = probeUrl({ template: value }, 'x', undefined);
  if (url?.username !== '' || url.password !== '') {
    throw invalid(`${name} contains a user or password, expected an "Authorization" header in PROBE_HEADERS`);
  }
  return value;
}

/** Headers of the connection and the message, which the HTTP client sets. */
const OWN_HEADERS = new Set([
  ...['connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]);

/** Header names are converted to lower case, so that none is sent twice. */
function headersFrom({ name, value }: Setting): Record<string, string> {
  let given: unknown;
  try {
    given = JSON.parse(value);
  } catch {
    given = undefined;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`${name} is not a JSON object, expected {"Authorization": "Bearer …"}`);
  }
  return Object.fromEntries(
    Object.entries(given).map(([header, text]: [string, unknown]) => {
      if (!isHeader(header, text))
        throw invalid(`${name} contains "${header}", expected a valid header name with a string as its value`);
      const lower = header.toLowerCase();
      if (OWN_HEADERS.has(lower)) throw invalid(`${name} contains "${header}", which cannot be set`);
      return [lower, text];
    }),
  );
}

function isHeader(name: string, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function statusesFrom(setting: Setting): StatusRanges {
  const ranges = list(setting).map((part): readonly [number, number] => {
    const [, from = '', to = from] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(part) ?? [];
    return [Number(from), Number(to)];
  });
  if (ranges.length > 0 && ranges.every(([from, to]) => from >= 100 && to >= from)) return ranges;
  throw invalid(`${setting.name} is "${setting.value}", expected statuses and ranges such as 200-299,401`);
}

function valueFrom(pointer: Setting, active: Setting): ProbeRule['value'] {
  const values = list(active);
  if (pointer.value === '' && values.length === 0) return undefined;
  if (pointer.value === '')
    throw invalid(`${active.name} is set without ${pointer.name}, expected the JSON pointer to the value`);
  if (values.length === 0)
    throw invalid(`${pointer.name} is set without ${active.name}, expected the values that mean active`);
  return { pointer: parsePointer(pointer.name, pointer.value), active: values };
}

function reasonFrom({ name, value }: Setting): ProbeRule['reason'] {
  return value === '' ? undefined : parsePointer(name, value);
}
