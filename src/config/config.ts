import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { DAY, HOUR } from '../domain/hours.ts';
import { ESTIMATORS, type EstimatorName } from '../domain/markov/estimator.ts';
import { DEFAULT_BAD_SHARE } from '../intake/feeds/bad-share.ts';
import { type Budgets, loadBudgets } from '../lib/budgets.ts';
import { addressOf } from '../lib/clickhouse-url.ts';
import { invalid } from '../lib/errors.ts';
import { parseNetwork } from '../lib/networks.ts';
import { httpUrl, list, oneOf, type Setting, share, wholeNumber } from '../lib/settings.ts';
import type { SmtpSettings } from '../mail/smtp.ts';
import { loadMailConfig, publicUrlFrom } from './mail.ts';
import { loadNotifyConfig, type NotifyConfig } from './notify.ts';
import { loadPollConfig, type PollConfig } from './poll.ts';
import { loadSignInConfig, type SignInConfig } from './sign-in.ts';
import { loadSyncConfig, type SyncConfig } from './sync.ts';

/** The storage engine and the location of the data. */
export type DatabaseLocation =
  /** A file; `undefined`: in memory. */
  | { readonly engine: 'duckdb'; readonly path: string | undefined }
  /** The URLs can contain passwords, so they are only for the drivers. */
  | {
      readonly engine: 'postgres';
      readonly url: string;
      /** The URL of the ClickHouse database that has the polls; `undefined`: they are in PostgreSQL, too. */
      readonly polls?: string | undefined;
      /** The cluster that has them, as ClickHouse is configured; `undefined`: it is one server. */
      readonly cluster?: string;
    };

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly database: DatabaseLocation;
  readonly resultsDir: string;
  /** How long reports and imports are kept after they end, in milliseconds; `undefined`: forever. */
  readonly reportRetention: number | undefined;
  readonly uploadsDir: string;
  /** The largest file accepted over HTTP, in bytes. */
  readonly maxUploadBytes: number;
  /** The share of bad rows, 0 to 1, up to which a feed is imported. */
  readonly maxBadShare: number;
  readonly logLevel: string;
  /** The default estimator of reports. */
  readonly estimator: EstimatorName;
  /** The number of threads that compute. */
  readonly workers: number;
  /** Requests per minute that a user, or an address without one, can send; 0: no limit. */
  readonly rateLimit: number;
  /** Networks of proxies whose forwarding headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may use the API with a key. */
  readonly corsOrigins: readonly string[];
  readonly budgets: Budgets;
  readonly signIn: SignInConfig;
  /** Where people reach the dashboard, such as `https://monitor.example.com`; `undefined`: not configured. */
  readonly publicUrl: string | undefined;
  /** The mail server; `undefined`: none, and no mail is sent. */
  readonly mail: SmtpSettings | undefined;
  /** A URI for reporting vulnerabilities of this installation; `undefined`: none. */
  readonly securityContact: string | undefined;
  readonly notify: NotifyConfig;
  /** A URL that is requested every minute while alerts work; `undefined`: none. It may contain a secret. */
  readonly heartbeatUrl: string | undefined;
  readonly poll: PollConfig;
  readonly sync: SyncConfig;
}

/** Whether polls arrive by themselves. Otherwise the data is an archive of any age. */
export function isLive({ poll, sync }: Pick<Config, 'poll' | 'sync'>): boolean {
  return poll.on || sync.sources.length > 0;
}

/** Settings from the command line; each overrides its environment variable. */
export interface ConfigFlags {
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
  readonly resultsDir?: string;
  readonly reportRetention?: string;
  readonly uploadsDir?: string;
  readonly maxUploadBytes?: string;
  readonly maxBadShare?: string;
  readonly logLevel?: string;
  readonly rateLimit?: string;
  readonly estimator?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

const MOST_WORKERS = 256;

/** One core stays free for requests. */
const DEFAULT_WORKERS = Math.min(MOST_WORKERS, Math.max(1, availableParallelism() - 1));

/**
 * Loads the configuration from flags and environment variables, validated once and frozen.
 *
 * @throws UserError `invalid_input` naming the flag or variable, its value and what was expected
 */
export function loadConfig(env: Environment, flags: ConfigFlags = {}): Config {
  const setting = (flag: keyof ConfigFlags, option: string, variable: string, fallback: string) => {
    const given = flags[flag];
    if (given !== undefined) return { name: option, value: given };
    return { name: variable, value: env[variable] || fallback };
  };
  return Object.freeze({
    host: hostFrom(setting('host', '--host', 'HOST', '127.0.0.1')),
    port: wholeNumber(setting('port', '--port', 'PORT', '5000'), 0, 65_535, 'a port number'),
    database: databaseFrom(env, flags.database),
    resultsDir: setting('resultsDir', '--results-dir', 'RESULTS_DIR', './var/results').value,
    reportRetention: retention(setting('reportRetention', '--report-retention', 'REPORT_RETENTION', '30d')),
    uploadsDir: setting('uploadsDir', '--uploads-dir', 'UPLOADS_DIR', './var/uploads').value,
    maxUploadBytes: size(setting('maxUploadBytes', '--max-upload-bytes', 'MAX_UPLOAD_BYTES', String(2 * 1024 ** 3))),
    maxBadShare: share(setting('maxBadShare', '--max-bad-share', 'MAX_BAD_SHARE', String(DEFAULT_BAD_SHARE))),
    logLevel: oneOf(setting('logLevel', '--log-level', 'LOG_LEVEL', 'info'), LOG_LEVELS),
    estimator: oneOf(setting('estimator', '--estimator', 'ESTIMATOR', 'nearest'), ESTIMATORS),
    workers: wholeNumber({ name: 'WORKERS', value: env.WORKERS || String(DEFAULT_WORKERS) }, 1, MOST_WORKERS),
    rateLimit: count(setting('rateLimit', '--rate-limit', 'RATE_LIMIT', '6000')),
    trustedProxies: list({ name: 'TRUSTED_PROXIES', value: env.TRUSTED_PROXIES ?? '' }).map((part) =>
      parseNetwork('TRUSTED_PROXIES', part),
    ),
    corsOrigins: list({ name: 'CORS_ORIGINS', value: env.CORS_ORIGINS ?? '' }).map(origin),
    budgets: loadBudgets(env),
    signIn: loadSignInConfig(env),
    publicUrl: publicUrlFrom(env),
    mail: loadMailConfig(env),
    securityContact: contact({ name: 'SECURITY_CONTACT', value: env.SECURITY_CONTACT ?? '' }),
    notify: loadNotifyConfig(env),
    heartbeatUrl: env.HEARTBEAT_URL ? httpUrl({ name: 'HEARTBEAT_URL', value: env.HEARTBEAT_URL }) : undefined,
    poll: loadPollConfig(env),
    sync: loadSyncConfig(env),
  });
}

/** A DuckDB file that a flag names has all its data, whatever the variables say. */
function databaseFrom(env: Environment, flag: string | undefined): DatabaseLocation {
  const polls = { name: 'POLLS_URL', value: env.POLLS_URL ?? '' };
  const variable = { name: 'DATABASE_URL', value: env.DATABASE_URL || './var/monitor.duckdb' };
  const location = databaseLocation(flag === undefined ? variable : { name: '--database', value: flag });
  if (flag !== undefined && location.engine === 'duckdb') return location;
  return withPolls(location, polls, { name: 'CLICKHOUSE_CLUSTER', value: env.CLICKHOUSE_CLUSTER ?? '' }, variable.name);
}

function hostFrom({ name, value }: Setting): string {
  if (isIP(value) !== 0 || /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]{0,252}[\p{L}\p{N}_])?\.?$/u.test(value)) return value;
  throw invalid(`${name} is "${value.slice(0, 100)}", expected an IP address or the name of a host`);
}

/** An origin as browsers send it: `*` would be every page, and `null` any file or sandbox. */
function origin(text: string): string {
  if (/^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text) return text;
  throw invalid(
    `CORS_ORIGINS has "${text}", expected an origin: scheme, host and port alone, such as https://app.example.com`,
  );
}

function count({ name, value }: Setting): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalid(`${name} is "${value}", expected a whole number; 0: no limit`);
}

/** The URI schemes that RFC 9116 names. */
function contact({ name, value }: Setting): string | undefined {
  if (value === '') return undefined;
  if (/^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s/]+\S*|tel:\+?[\d().-]+)$/.test(value)) return value;
  throw invalid(`${name} is "${value}", expected mailto:ADDRESS, an https:// URL or tel:NUMBER`);
}

function retention({ name, value }: Setting): number | undefined {
  if (value === '0') return undefined;
  const [, count, unit] = /^([1-9]\d{0,4})([dh])$/.exec(value) ?? [];
  if (unit !== undefined) return Number(count) * (unit === 'd' ? DAY : HOUR);
  throw invalid(`${name} is "${value}", expected days or hours such as 30d or 12h, or 0 to keep them forever`);
}

function size({ name, value }: Setting): number {
  const bytes = Number(value);
  if (/^\d+$/.test(value) && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw invalid(`${name} is "${value}", expected a number of bytes such as ${2 * 1024 ** 3}`);
}

/**
 * Parses a database location: `postgres://…`, a path, `duckdb:PATH`, or `duckdb::memory:`. A URL can contain a password,
 * so messages name only its scheme.
 *
 * @throws UserError `invalid_input` naming the setting
 */
export function databaseLocation({ name, value }: Setting): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(value)) {
    if (URL.canParse(value)) return { engine: 'postgres', url: value };
    throw invalid(`${name} is not a valid URL, expected postgres://USER:PASSWORD@HOST:PORT/DATABASE (with %-escapes)`);
  }
  const path = value.replace(/^duckdb:(\/\/)?/, '');
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1];
  if (scheme !== undefined) {
    throw invalid(`${name} starts with "${scheme}:", expected postgres://… or the path of a DuckDB file`);
  }
  if (path === '') throw invalid(`${name} is "${value}", expected postgres://… or the path of a DuckDB file`);
  return { engine: 'duckdb', path: path === ':memory:' ? undefined : path };
}

/** What `POLLS_URL` looks like. */
const POLLS_FORM = 'clickhouse://USER:PASSWORD@HOST:8123/DATABASE (clickhouses:// for TLS, with %-escapes)';

/**
 * The location of a database whose polls are in ClickHouse, if the setting of their URL is not empty. Messages do not name
 * its value.
 *
 * @param cluster of ClickHouse; empty: there is one server
 * @param database the name of the setting of the other URL
 * @throws UserError `invalid_input` naming the setting
 */
export function withPolls(
  location: DatabaseLocation,
  { name, value }: Setting,
  cluster: Setting,
  database: string,
): DatabaseLocation {
  if (value === '') {
    if (cluster.value !== '') throw invalid(`${cluster.name} is set, so ${name} must be, too: ${POLLS_FORM}`);
    return location;
  }
  const address = addressOf(value);
  if (address === undefined) {
    const hosts = /^(clickhouses?:\/\/[^/?#]+)/.exec(value)?.[1];
    if (hosts !== undefined && addressOf(`${hosts}/monitor`) !== undefined) {
      throw invalid(`${name} must name a database after the host, and nothing else: ${POLLS_FORM}`);
    }
    throw invalid(`${name} is not a valid URL, expected ${POLLS_FORM}`);
  }
  if (!/^[\w.-]*$/.test(cluster.value)) {
    throw invalid(
      `${cluster.name} is "${cluster.value}", expected the name of a cluster in the configuration of ClickHouse`,
    );
  }
  if (cluster.value === '' && address.servers.length > 1) {
    throw invalid(`${name} has several hosts, so ${cluster.name} must name their cluster`);
  }
  if (location.engine !== 'postgres') {
    throw invalid(
      `${name} is set, so ${database} must be postgres://…: ClickHouse keeps the polls, and PostgreSQL everything else`,
    );
  }
  return { ...location, polls: value, ...(cluster.value !== '' && { cluster: cluster.value }) };
}
