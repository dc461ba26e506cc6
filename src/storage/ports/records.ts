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
  'contact_points',
  'deliveries',
  'audit',
  'reports',
  'imports',
  'coverage_gaps',
  'judgements',
  'saved_questions',
  'subscriptions',
  'uptime_targets',
  'day_file_checkpoints',
  'sync_runs',
  'sync_results',
  'sync_marks',
  'alert_rules',
  'incidents',
  'incident_events',
  'alert_groups',
] as const;
export type RecordTable = (typeof RECORD_TABLES)[number];

/** Some rows of a table, their values as text. */
export type RecordRows = readonly Readonly<Record<string, string | null>>[];

/** The columns that name a row of a record table. */
export const RECORD_KEYS: Readonly<Record<RecordTable, readonly string[]>> = {
  users: ['user_id'],
  user_stores: ['user_id', 'store_id'],
  sessions: ['token_hash'],
  api_keys: ['key_id'],
  totp: ['user_id'],
  recovery_codes: ['user_id', 'code_hash'],
  passkeys: ['passkey_id'],
  identities: ['issuer', 'subject'],
  account_settings: ['name'],
  server_secrets: ['name'],
  spent_tickets: ['ticket_hash'],
  sign_in_links: ['token_hash'],
  contact_points: ['contact_point_id'],
  deliveries: ['delivery_id'],
  audit: ['audit_id'],
  reports: ['report_id'],
  imports: ['import_id'],
  coverage_gaps: ['gap_id'],
  judgements: ['judgement_id'],
  saved_questions: ['question_id'],
  subscriptions: ['subscription_id'],
  uptime_targets: ['target_id'],
  day_file_checkpoints: ['folder_id'],
  sync_runs: ['run_id'],
  sync_results: ['run_id', 'feed', 'source'],
  sync_marks: ['feed', 'place'],
  alert_rules: ['rule_id'],
  incidents: ['incident_id'],
  incident_events: ['event_id'],
  alert_groups: ['group_id'],
};
