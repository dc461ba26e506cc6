import { duration, wholeNumber } from './settings.ts';

/**
 * What one request may hold. These limits belong to the API, which promises the same everywhere, so they are not
 * configurable; docs/operations.md lists them.
 */
export const LIMITS = {
  /** Bytes of a body, where a route does not say more. */
  bodyBytes: 64 * 1024,
  /** Bytes of a body with the ids of up to `idsPerRequest` stores. */
  idsBodyBytes: 4 * 1024 * 1024,
  /** Store ids in one request, of up to 200 characters each. */
  idsPerRequest: 10_000,
  /** Bytes of the polls of one request, as they come and unpacked. */
  pollsBodyBytes: 8 * 1024 * 1024,
  pollsPerRequest: 50_000,
  /** Arrays and objects within one another in JSON. */
  jsonDepth: 32,
  /** Complaints about one request that are answered. */
  complaints: 20,
} as const;

/** A budget that an installation may change. */
export interface Budget {
  /** The environment variable. */
  readonly variable: string;
  readonly unit: 'count' | 'bytes' | 'duration';
  /** As the variable would give it. */
  readonly fallback: string;
  readonly least: string;
  readonly most: string;
  /** What it bounds, and what happens beyond it: a line of the table in docs/operations.md. */
  readonly meaning: string;
}

/** What an installation spends at most, so that nobody can use it up. */
export const BUDGETS = {
  earliestPoll: {
    variable: 'EARLIEST_POLL_AGE',
    unit: 'duration',
    fallback: '730d',
    least: '8d',
    most: '36500d',
    meaning: 'how old a poll may be that comes over the API or from the poller; an older one is rejected',
  },
  importWeeks: {
    variable: 'IMPORT_MAX_WEEKS',
    unit: 'count',
    fallback: '520',
    least: '1',
    most: '10000',
    meaning: 'weeks in which the polls of one file may lie, however old they are; an import of more fails',
  },
  stores: {
    variable: 'MAX_STORES',
    unit: 'count',
    fallback: '20000000',
    least: '1',
    most: '2000000000',
    meaning: 'stores of the installation, deleted ones included; beyond them nothing makes a new one known',
  },
  newStores: {
    variable: 'MAX_NEW_STORES',
    unit: 'count',
    fallback: '5000',
    least: '0',
    most: '50000',
    meaning: 'stores that the polls of one request may make known; polls of further ones are rejected',
  },
  importRows: {
    variable: 'MAX_IMPORT_ROWS',
    unit: 'count',
    fallback: '1000000000',
    least: '1',
    most: '1000000000000',
    meaning: 'rows of a feed that a server reads; an import of more fails',
  },
  unpackedBytes: {
    variable: 'MAX_UNPACKED_BYTES',
    unit: 'bytes',
    fallback: '42949672960',
    least: '1',
    most: '9007199254740991',
    meaning:
      'text in a gzipped feed that a server reads, and beyond 16 MiB at most 20 times the size of the file; an import of more fails',
  },
  rejects: {
    variable: 'MAX_REJECTS',
    unit: 'count',
    fallback: '100000',
    least: '1',
    most: '1000000000',
    meaning: 'bad rows of a feed that are listed with their reasons, in 32 MiB at most; further ones are counted only',
  },
  duckdbMemory: {
    variable: 'DUCKDB_MEMORY',
    unit: 'bytes',
    fallback: '671088640',
    least: '67108864',
    most: '1000000000000000',
    meaning:
      'memory of DuckDB, in the server and in the process that reads a feed; by default at most 15 % of the machine; what does not fit goes to temporary files',
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
    meaning: 'event streams that are open at a time, of all users',
  },
  streamsPerUser: {
    variable: 'MAX_STREAMS_PER_USER',
    unit: 'count',
    fallback: '20',
    least: '1',
    most: '100000',
    meaning: 'event streams of one user; more are a 429',
  },
  uploadsPerUser: {
    variable: 'MAX_UPLOADS_PER_USER',
    unit: 'count',
    fallback: '4',
    least: '1',
    most: '100',
    meaning: 'feeds that one user sends at a time; more are a 429',
  },
  waitingImportsPerUser: {
    variable: 'MAX_WAITING_IMPORTS_PER_USER',
    unit: 'count',
    fallback: '25',
    least: '1',
    most: '100',
    meaning: 'imports of one user that wait or run on a server, of 100 in all; users take turns; more are a 429',
  },
  downloadsPerUser: {
    variable: 'MAX_DOWNLOADS_PER_USER',
    unit: 'count',
    fallback: '50',
    least: '1',
    most: '1000',
    meaning: 'reports and rejected rows that one user fetches at a time; more are a 429',
  },
  waitingReportsPerUser: {
    variable: 'MAX_WAITING_REPORTS_PER_USER',
    unit: 'count',
    fallback: '200',
    least: '1',
    most: '1000',
    meaning: 'reports of one user that wait to be computed, of 1,000 in all; users take turns; more are a 429',
  },
  waitingQuestionsPerUser: {
    variable: 'MAX_WAITING_QUESTIONS_PER_USER',
    unit: 'count',
    fallback: '50',
    least: '1',
    most: '500',
    meaning:
      'questions about an instant (`as_of`) of one user that wait, of 500 in all; users take turns; more are a 429',
  },
  results: {
    variable: 'MAX_RESULTS_BYTES',
    unit: 'bytes',
    fallback: '21474836480',
    least: '1',
    most: '9007199254740991',
    meaning: 'the files in the results folder; while it is full, asking for a report is a 507',
  },
  stall: {
    variable: 'STALL_TIMEOUT',
    unit: 'duration',
    fallback: '60s',
    least: '30s',
    most: '1h',
    meaning: 'how long a connection may stand still within an upload or a download before it is cut',
  },
  transferRate: {
    variable: 'MIN_TRANSFER_RATE',
    unit: 'bytes',
    fallback: '1000',
    least: '1',
    most: '1000000',
    meaning: 'bytes a second that an upload or a download moves, on average over `STALL_TIMEOUT`, or it is cut',
  },
} as const satisfies Record<string, Budget>;

export type Budgets = Readonly<Record<keyof typeof BUDGETS, number>>;

/**
 * The budgets as numbers: milliseconds, bytes, or how many.
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
