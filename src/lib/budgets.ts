import { duration, wholeNumber } from './settings.ts';

/** Limits of one request. They are part of the API, so they are not configurable; docs/operations.md lists them. */
export const LIMITS = {
  /** Bytes of a body, unless the route allows more. */
  bodyBytes: 64 * 1024,
  /** Bytes of a body with the ids of up to `idsPerRequest` stores. */
  idsBodyBytes: 4 * 1024 * 1024,
  /** Store ids in one request, of up to 200 characters each. */
  idsPerRequest: 10_000,
  /** Store ids in one query string. */
  idsPerQuery: 100,
  /** Changed stores in one request, and bytes of its body. */
  storesPerRequest: 1_000,
  storesBodyBytes: 4 * 1024 * 1024,
  /** Bytes of the polls of one request, compressed and decompressed. */
  pollsBodyBytes: 8 * 1024 * 1024,
  pollsPerRequest: 50_000,
  /** Nesting of arrays and objects in JSON. */
  jsonDepth: 32,
  /** Errors that the response to one request lists. */
  complaints: 20,
} as const;

/** A configurable limit. */
export interface Budget {
  /** The environment variable. */
  readonly variable: string;
  readonly unit: 'count' | 'bytes' | 'duration';
  /** The default, in the form of the variable. */
  readonly fallback: string;
  readonly least: string;
  readonly most: string;
  /** What it limits, and what happens beyond it: a row of the table in docs/operations.md. */
  readonly meaning: string;
}

/** The limits on what users and inputs can consume. */
export const BUDGETS = {
  earliestPoll: {
    variable: 'EARLIEST_POLL_AGE',
    unit: 'duration',
    fallback: '730d',
    least: '8d',
    most: '36500d',
    meaning: 'maximum age of a poll from the API or the prober; older polls are rejected',
  },
  importWeeks: {
    variable: 'IMPORT_MAX_WEEKS',
    unit: 'count',
    fallback: '520',
    least: '1',
    most: '10000',
    meaning: 'number of different weeks that the polls of one file may cover; an import of more fails',
  },
  stores: {
    variable: 'MAX_STORES',
    unit: 'count',
    fallback: '20000000',
    least: '1',
    most: '2000000000',
    meaning: 'stores in the database, including deleted ones; no more can be created',
  },
  newStores: {
    variable: 'MAX_NEW_STORES',
    unit: 'count',
    fallback: '5000',
    least: '0',
    most: '50000',
    meaning: 'stores that the polls of one request can create; polls of further stores are rejected',
  },
  importRows: {
    variable: 'MAX_IMPORT_ROWS',
    unit: 'count',
    fallback: '1000000000',
    least: '1',
    most: '1000000000000',
    meaning: 'rows of one feed file; an import of more fails',
  },
  unpackedBytes: {
    variable: 'MAX_UNPACKED_BYTES',
    unit: 'bytes',
    fallback: '42949672960',
    least: '1',
    most: '9007199254740991',
    meaning:
      'decompressed size of a gzipped feed, beyond 16 MiB also at most 20 times the size of the file; an import of more fails',
  },
  rejects: {
    variable: 'MAX_REJECTS',
    unit: 'count',
    fallback: '100000',
    least: '1',
    most: '1000000000',
    meaning: 'bad rows of a feed that are listed with their reasons, up to 32 MiB; the others are only counted',
  },
  duckdbMemory: {
    variable: 'DUCKDB_MEMORY',
    unit: 'bytes',
    fallback: '671088640',
    least: '67108864',
    most: '1000000000000000',
    meaning:
      'memory of DuckDB, in the server and in each process that reads a feed; by default at most 15 % of the machine; data that does not fit goes to temporary files',
  },
  duckdbTemporary: {
    variable: 'DUCKDB_TEMP_BYTES',
    unit: 'bytes',
    fallback: '107374182400',
    least: '1',
    most: '9007199254740991',
    meaning: 'temporary files of DuckDB; an import or report that needs more fails',
  },
  streams: {
    variable: 'MAX_STREAMS',
    unit: 'count',
    fallback: '200',
    least: '1',
    most: '100000',
    meaning: 'open event streams of all users',
  },
  streamsPerUser: {
    variable: 'MAX_STREAMS_PER_USER',
    unit: 'count',
    fallback: '20',
    least: '1',
    most: '100000',
    meaning: 'open event streams of one user; more get a 429',
  },
  uploadsPerUser: {
    variable: 'MAX_UPLOADS_PER_USER',
    unit: 'count',
    fallback: '4',
    least: '1',
    most: '100',
    meaning: 'concurrent uploads of one user; more get a 429',
  },
  waitingImportsPerUser: {
    variable: 'MAX_WAITING_IMPORTS_PER_USER',
    unit: 'count',
    fallback: '25',
    least: '1',
    most: '100',
    meaning:
      'waiting and running imports of one user on a server, which accepts 100 in total; users take turns; more get a 429',
  },
  downloadsPerUser: {
    variable: 'MAX_DOWNLOADS_PER_USER',
    unit: 'count',
    fallback: '50',
    least: '1',
    most: '1000',
    meaning: 'concurrent downloads (reports, rejected rows) of one user; more get a 429',
  },
  waitingReportsPerUser: {
    variable: 'MAX_WAITING_REPORTS_PER_USER',
    unit: 'count',
    fallback: '200',
    least: '1',
    most: '1000',
    meaning: 'waiting reports of one user, of 1,000 in total; users take turns; more get a 429',
  },
  waitingQuestionsPerUser: {
    variable: 'MAX_WAITING_QUESTIONS_PER_USER',
    unit: 'count',
    fallback: '50',
    least: '1',
    most: '500',
    meaning:
      'waiting requests of one user for past states (`as_of`), of 500 in total; users take turns; more get a 429',
  },
  results: {
    variable: 'MAX_RESULTS_BYTES',
    unit: 'bytes',
    fallback: '21474836480',
    least: '1',
    most: '9007199254740991',
    meaning: 'size of the results folder; while it is full, requests for reports get a 507',
  },
  stall: {
    variable: 'STALL_TIMEOUT',
    unit: 'duration',
    fallback: '60s',
    least: '30s',
    most: '1h',
    meaning: 'how long an upload or a download may stall before its connection is closed',
  },
  transferRate: {
    variable: 'MIN_TRANSFER_RATE',
    unit: 'bytes',
    fallback: '1000',
    least: '1',
    most: '1000000',
    meaning:
      'minimum bytes per second of an upload or a download, averaged over `STALL_TIMEOUT`; slower connections are closed',
  },
} as const satisfies Record<string, Budget>;

export type Budgets = Readonly<Record<keyof typeof BUDGETS, number>>;

/**
 * Reads the budgets as numbers: milliseconds, bytes or counts.
 *
 * @throws UserError `invalid_input` naming the variable, its value and what was expected
 */
export function loadBudgets(env: Readonly<Record<string, string | undefined>>): Budgets {
  const values = Object.entries<Budget>(BUDGETS).map(([name, { variable, unit, fallback, least, most }]) => {
    const setting = { name: variable, value: env[variable] || fallback };
    if (unit === 'duration') return [name, duration(setting, least, most)];
    const what = unit === 'bytes' ? 'a number of bytes' : undefined;
    return [name, wholeNumber(setting, Number(least), Number(most), what)];
  });
  return Object.freeze(Object.fromEntries(values)) as Budgets;
}

export const DEFAULT_BUDGETS = loadBudgets({});
