import type { Sql } from '../../lib/sql.ts';
import type { Invariant } from '../ports/invariants.ts';

/** An invariant and the query that counts what breaks it: one row of `broken` and `example`. */
interface Rule {
  readonly name: string;
  readonly sql: string;
}

/** Rules that read a few rows for each store, user or report, and no polls. */
const QUICK: readonly Rule[] = [
  ...['revision', 'account_revision', 'alert_revision', 'generation', 'write_checks'].map(oneRow),
  unique('stores', 'store_key'),
  unique('stores', 'store_id'),
  // Keys are given out one after the other, and no store ever loses its row.
  {
    name: 'stores: store_key runs from 1 without a gap',
    sql: `select coalesce(max(store_key), 0) - count(*) as broken, max(store_key) as example from stores`,
  },
  belongs('business_hours', 'store_key', 'stores'),
  belongs('special_hours', 'store_key', 'stores'),
  belongs('zone_changes', 'store_key', 'stores'),
  unique('users', 'user_id'),
  unique('users', 'login'),
  unique('users', 'email'),
  ...[
    ...['user_stores', 'sessions', 'api_keys', 'totp', 'recovery_codes', 'passkeys', 'identities'],
    ...['sign_in_links', 'contact_points'],
  ].map((table) => belongs(table, 'user_id', 'users')),
  unique('api_keys', 'key_id'),
  unique('passkeys', 'passkey_id'),
  unique('contact_points', 'contact_point_id'),
  belongs('deliveries', 'contact_point_id', 'contact_points'),
  unique('reports', 'report_id'),
  unique('imports', 'import_id'),
  unique('alert_rules', 'rule_id'),
  unique('incidents', 'incident_id'),
];

/** Rules that read everything but polls. */
const WHOLE: readonly Rule[] = [
  ...QUICK,
  unique('zone_changes', 'store_key, until_ms'),
  belongs('sales', 'store_key', 'stores'),
  unique('user_stores', 'user_id, store_id'),
  unique('sessions', 'token_hash'),
  unique('sign_in_links', 'token_hash'),
  unique('api_keys', 'token_hash'),
  unique('totp', 'user_id'),
  unique('recovery_codes', 'user_id, code_hash'),
  unique('identities', 'issuer, subject'),
  unique('account_settings', 'name'),
  unique('audit', 'audit_id'),
  unique('deliveries', 'delivery_id'),
  unique('deliveries', 'delivery_key'),
  belongs('reports', 'shares', 'reports', 'report_id'),
  unique('coverage_gaps', 'gap_id'),
  unique('judgements', 'judgement_id'),
  unique('judgements', 'number'),
  belongs('judgements', 'revokes', 'judgements', 'judgement_id'),
  unique('saved_questions', 'question_id'),
  unique('subscriptions', 'subscription_id'),
  belongs('subscriptions', 'question_id', 'saved_questions'),
  belongs('subscriptions', 'user_id', 'users'),
  unique('uptime_targets', 'target_id'),
  unique('sales_rates', 'name'),
  unique('day_file_checkpoints', 'folder_id'),
  unique('sync_runs', 'run_id'),
  belongs('sync_results', 'run_id', 'sync_runs'),
  unique('sync_marks', 'feed, place'),
  unique('incident_events', 'event_id'),
  belongs('incident_events', 'incident_id', 'incidents'),
  belongs('incidents', 'parent_id', 'incidents', 'incident_id'),
  unique('alert_groups', 'group_id'),
  {
    name: 'incidents: one at most is open for a rule and a store',
    sql: `select count(*) as broken, min(store_id) as example from (
            select store_id from incidents where resolved_ms is null and store_id is not null
            group by rule_id, store_id having count(*) > 1) repeated`,
  },
];

/** Rules that read all polls. */
const POLLS: readonly Rule[] = [
  knownKeys('polls'),
  belongs('polls', 'store_key', 'stores'),
  unique('polls', 'store_key, instant'),
  {
    name: 'stores: first_poll_ms is not after the earliest poll',
    sql: `select count(*) as broken, min(store_id) as example
          from stores s join (select store_key, min(instant) as instant from polls group by store_key) p
            on s.store_key = p.store_key
          where s.first_poll_ms is null or s.first_poll_ms > extract(epoch from p.instant) * 1000`,
  },
  {
    name: 'revision: latest_poll_ms is the instant of the newest poll',
    sql: `select count(*) as broken, max(latest_poll_ms) as example from revision
          where latest_poll_ms is distinct from (select round(extract(epoch from max(instant)) * 1000) from polls)`,
  },
];

/** The rules that are cheap, however many polls there are. */
export function quickInvariants(sql: Sql): Promise<Invariant[]> {
  return look(sql, QUICK);
}

/** The rule about tables of polls that is cheap. */
export function keyInvariants(sql: Sql, tables: readonly string[]): Promise<Invariant[]> {
  return look(sql, tables.map(knownKeys));
}

/** All rules. */
export async function wholeInvariants(sql: Sql): Promise<Invariant[]> {
  return [...(await catalogInvariants(sql)), ...(await pollInvariants(sql))];
}

/** All rules about everything but polls. */
export function catalogInvariants(sql: Sql): Promise<Invariant[]> {
  return look(sql, WHOLE);
}

/** All rules about polls. */
export function pollInvariants(sql: Sql): Promise<Invariant[]> {
  return look(sql, POLLS);
}

async function look(sql: Sql, rules: readonly Rule[]): Promise<Invariant[]> {
  const found: Invariant[] = [];
  for (const { name, sql: query } of rules) {
    const { broken, example } = await sql.row(query);
    const isBroken = Number(broken) !== 0 && example !== null && example !== undefined;
    found.push({ name, broken: Number(broken), ...(isBroken && { example: String(example) }) });
  }
  return found;
}

function oneRow(table: string): Rule {
  return {
    name: `${table}: there is one row`,
    sql: `select abs(count(*) - 1) as broken, null as example from ${table}`,
  };
}

function knownKeys(table: string): Rule {
  return {
    name: 'polls: no store_key is beyond the last of stores',
    sql: `select count(*) as broken, max(store_key) as example from (select max(store_key) as store_key from ${table}) p
          where store_key > (select coalesce(max(store_key), 0) from stores)`,
  };
}

function unique(table: string, columns: string): Rule {
  const [first] = columns.split(', ');
  return {
    name: `${table}: no two rows have the same ${columns.replace(', ', ' and ')}`,
    sql: `select count(*) as broken, min(example) as example
          from (select min(${first}) as example from ${table} group by ${columns} having count(*) > 1) repeated
          where example is not null`,
  };
}

function belongs(table: string, column: string, parent: string, key = column): Rule {
  return {
    name: `${table}: each ${column} is one of ${parent}`,
    sql: `select count(*) as broken, min(c.${column}) as example from ${table} c
          where c.${column} is not null and not exists (select 1 from ${parent} p where p.${key} = c.${column})`,
  };
}
