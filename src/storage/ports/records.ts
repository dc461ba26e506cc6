/**
 * The tables that a copy makes equal to those of another database row by row: all but those of stores, schedules and
 * polls, and those that only say how servers share a database. Tables that others refer to come first.
 */
export const RECORD_TABLES = [
  'users',
  'user_stores',
  'sessions',
  'api_keys',
  'totp',
  'recovery_codes',
  'passkeys',
  'identities',
  'account_settings',
  'server_secrets',
  'spent_tickets',
  'sign_in_links',
  'audit',
  'reports',
  'imports',
  'coverage_gaps',
  'day_file_checkpoints',
  'sync_runs',
  'sync_results',
  'sync_marks',
] as const;
export type RecordTable = (typeof RECORD_TABLES)[number];

/** Some rows of a table, their values as text. */
export type RecordRows = readonly Readonly<Record<string, string | null>>[];
