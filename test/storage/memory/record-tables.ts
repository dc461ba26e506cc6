import { RECORD_KEYS, type RecordRows, type RecordTable } from '../../../src/storage/ports/records.ts';

/** The type of a column; with a question mark, it can be null. */
type ColumnType = 'text' | 'number' | 'boolean' | 'text?' | 'number?';

/** The columns of the record tables, as the migrations name them. */
const COLUMNS = {
  users: {
    ...{ user_id: 'text', login: 'text', name: 'text', email: 'text?', role: 'text', password_hash: 'text?' },
    ...{ disabled: 'boolean', version: 'number', created_ms: 'number' },
  },
  user_stores: { user_id: 'text', store_id: 'text' },
  sessions: {
    ...{ token_hash: 'text', user_id: 'text', created_ms: 'number', last_seen_ms: 'number', expires_ms: 'number' },
    ...{ proven_ms: 'number?', method: 'text?' },
  },
  api_keys: {
    ...{ key_id: 'text', user_id: 'text', name: 'text', token_hash: 'text', prefix: 'text', scopes: 'text' },
    ...{ created_ms: 'number', expires_ms: 'number?', last_used_ms: 'number?', revoked_ms: 'number?' },
  },
  totp: { user_id: 'text', secret: 'text', last_step: 'number', created_ms: 'number' },
  recovery_codes: { user_id: 'text', code_hash: 'text' },
  passkeys: {
    ...{ passkey_id: 'text', user_id: 'text', name: 'text', public_key: 'text', counter: 'number' },
    ...{ transports: 'text', created_ms: 'number', last_used_ms: 'number?' },
  },
  identities: { issuer: 'text', subject: 'text', user_id: 'text' },
  account_settings: { name: 'text', value: 'text' },
  server_secrets: { name: 'text', value: 'text' },
  spent_tickets: { ticket_hash: 'text', expires_ms: 'number' },
  sign_in_links: {
    ...{ token_hash: 'text', user_id: 'text', purpose: 'text', created_ms: 'number', expires_ms: 'number' },
  },
  contact_points: {
    ...{ contact_point_id: 'text', user_id: 'text?', name: 'text', channel: 'text', settings: 'text' },
    ...{ secrets: 'text?', zone: 'text', quiet_hours: 'text?', digest: 'text?', enabled: 'boolean', notice: 'text?' },
    ...{ version: 'number', created_ms: 'number', deleted: 'boolean', claimed_by: 'text?' },
    ...{ lease_until_ms: 'number', held_until_ms: 'number' },
  },
  deliveries: {
    ...{ delivery_id: 'text', delivery_key: 'text', contact_point_id: 'text', incident_id: 'text?', kind: 'text' },
    ...{ facts: 'text', status: 'text', not_before_ms: 'number', created_ms: 'number', next_ms: 'number' },
    ...{ attempts: 'number', claimed_by: 'text?', reason: 'text?', finished_ms: 'number?' },
  },
  audit: {
    ...{ audit_id: 'text', at_ms: 'number', actor_id: 'text?', actor: 'text', key_id: 'text?', action: 'text' },
    ...{ subject_kind: 'text', subject_id: 'text', detail: 'text' },
  },
  reports: {
    ...{ report_id: 'text', status: 'text', as_of_ms: 'number', shares: 'text?', requested_ms: 'number' },
    ...{ revision: 'number?', claimed_by: 'text?', lease_until_ms: 'number?', attempts: 'number' },
    ...{ progress: 'number', stores: 'number?', reason: 'text?', finished_ms: 'number?', estimator: 'text' },
    ...{ requested_by: 'text?', stores_filter: 'text?', filter_digest: 'text?', filter_size: 'number?' },
    ...{ started_ms: 'number?', cancelled_ms: 'number?', deleted: 'boolean', detailed: 'boolean' },
    ...{
      polls_late: 'boolean',
      newest_poll_ms: 'number?',
      tz_version: 'text?',
      csv_bytes: 'number?',
      csv_sha256: 'text?',
    },
    ...{ figures_bytes: 'number?', figures_sha256: 'text?' },
  },
  imports: {
    ...{ import_id: 'text', feed: 'text', file_name: 'text', status: 'text', phase: 'text?', progress: 'number' },
    ...{ strict: 'boolean', dry_run: 'boolean', effective_ms: 'number?', bytes: 'number', server: 'text' },
    ...{ requested_by: 'text?', requested_ms: 'number', started_ms: 'number?', finished_ms: 'number?' },
    ...{ attempts: 'number', counts: 'text?', reason: 'text?', max_bad_share: 'number?' },
  },
  coverage_gaps: {
    ...{ gap_id: 'text', server: 'text', from_ms: 'number', until_ms: 'number?', reason: 'text' },
    ...{ unobserved: 'number', saved_ms: 'number' },
  },
  judgements: {
    ...{ number: 'number', judgement_id: 'text', kind: 'text?', revokes: 'text?', store_ids: 'text?', labels: 'text?' },
    ...{
      from_ms: 'number?',
      to_ms: 'number?',
      rrule: 'text?',
      local_start: 'text?',
      duration: 'text?',
      reason: 'text',
    },
    ...{ author_id: 'text?', author: 'text', recorded_ms: 'number' },
  },
  saved_questions: {
    ...{ question_id: 'text', name: 'text', question: 'text', author_id: 'text?', author: 'text' },
    ...{ version: 'number', created_ms: 'number', changed_ms: 'number' },
  },
  subscriptions: {
    ...{ subscription_id: 'text', question_id: 'text', user_id: 'text?', cron: 'text', zone: 'text' },
    ...{ contact_points: 'text', formats: 'text', enabled: 'boolean', due_ms: 'number' },
    ...{ version: 'number', created_ms: 'number' },
  },
  uptime_targets: {
    ...{ target_id: 'text', store_id: 'text?', label_key: 'text?', label_value: 'text?', period: 'text' },
    ...{ uptime_ratio: 'number', author_id: 'text?', author: 'text' },
    ...{ version: 'number', created_ms: 'number', changed_ms: 'number' },
  },
  sales_rates: { name: 'text', content: 'text', version: 'number', changed_ms: 'number' },
  day_file_checkpoints: { folder_id: 'text', file: 'text', bytes: 'number' },
  sync_runs: { run_id: 'text', server: 'text', cause: 'text', started_ms: 'number', finished_ms: 'number?' },
  sync_results: {
    ...{ run_id: 'text', feed: 'text', source: 'text', status: 'text', error: 'text?', attempts: 'number' },
    ...{ files: 'number', bytes: 'number', rows_read: 'number', rejected: 'number', added: 'number' },
    ...{ replaced: 'number', already_there: 'number', repeated: 'number', set_aside: 'number', standing: 'text?' },
  },
  sync_marks: { feed: 'text', place: 'text', mark: 'text' },
  alert_rules: {
    ...{ rule_id: 'text', name: 'text', enabled: 'boolean', severity: 'text', labels: 'text', rule: 'text' },
    ...{ grouping: 'text', steps: 'text', version: 'number', created_ms: 'number' },
  },
  incidents: {
    ...{ incident_id: 'text', rule_id: 'text?', rule_name: 'text', severity: 'text', store_id: 'text?', kind: 'text' },
    ...{ label: 'text?', value: 'text?', since_ms: 'number', first_poll_ms: 'number?', opened_by_ms: 'number?' },
    ...{ opened_ms: 'number', resolved_ms: 'number?', up_ms: 'number?', resolution: 'text?', settled_ms: 'number?' },
    ...{
      parent_id: 'text?',
      outage_id: 'text?',
      group_id: 'text',
      after_planned: 'boolean',
      said: 'text',
      said_ms: 'number?',
    },
    ...{ told: 'text', step: 'number', acknowledged_ms: 'number?', acknowledged_by: 'text?' },
    ...{ acknowledgement: 'text?', snoozed_until_ms: 'number?', assignee_id: 'text?', version: 'number' },
  },
  incident_events: {
    ...{ event_id: 'text', incident_id: 'text', at_ms: 'number', kind: 'text', actor_id: 'text?', actor: 'text?' },
    detail: 'text',
  },
  alert_groups: { group_id: 'text', rule_id: 'text?', sent_ms: 'number?', messages: 'number' },
} as const satisfies Record<RecordTable, Readonly<Record<string, ColumnType>>>;

type Value<C> = C extends 'text'
  ? string
  : C extends 'number'
    ? number
    : C extends 'boolean'
      ? boolean
      : C extends 'text?'
        ? string | null
        : number | null;

/** A row of a record table. */
export type RecordRow<T extends RecordTable> = {
  readonly [C in keyof (typeof COLUMNS)[T]]: Value<(typeof COLUMNS)[T][C]>;
};

/** The key of the row with these values in its key columns. */
export function keyOf(...values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : JSON.stringify(values);
}

/** The key of a row. */
export function rowKey<T extends RecordTable>(table: T, row: RecordRow<T>): string {
  return keyOf(...RECORD_KEYS[table].map((column) => String(row[column as keyof RecordRow<T>])));
}

/** The values of a row as text. */
export function textsOf<T extends RecordTable>(row: RecordRow<T>): RecordRows[number] {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : String(value)]),
  );
}

/** The row with these texts; a column that is missing is null. */
export function rowOf<T extends RecordTable>(table: T, texts: RecordRows[number]): RecordRow<T> {
  const columns: Readonly<Record<string, ColumnType>> = COLUMNS[table];
  return Object.fromEntries(
    Object.entries(columns).map(([column, type]) => [column, parsed(texts[column] ?? null, type)]),
  ) as RecordRow<T>;
}

function parsed(text: string | null, type: ColumnType): string | number | boolean | null {
  if (text === null) return null;
  if (type === 'boolean') return text === 'true';
  return type.startsWith('number') ? Number(text) : text;
}

/** Compares texts as their UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
