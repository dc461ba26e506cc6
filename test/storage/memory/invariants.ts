import type { Invariant } from '../../../src/storage/ports/invariants.ts';
import { newestPoll } from './changes.ts';
import { only, type Rows, type Store, type TableName, type View } from './data.ts';

/** Checks everything that holds in a sound database. */
export function invariantsOf(view: View): Invariant[] {
  const stores = view.table('stores');
  const polls = [...view.table('polls')];
  const users = view.table('users');
  const reports = view.table('reports');
  const { latestPoll } = only(view, 'revision');
  return [
    ...(['revision', 'account_revision', 'alert_revision', 'generation', 'write_checks'] as const).map((table) =>
      invariant(`${table}: there is one row`, view.table(table).size === 1 ? [] : [view.table(table).size]),
    ),
    invariant(
      'stores: store_key runs from 1 without a gap',
      [...stores.keys()].filter((key) => Number(key) < 1 || Number(key) > stores.size),
    ),
    invariant(
      'stores: no two rows have the same store_id',
      [...stores.values()].filter(({ id, key }) => view.table('store_keys').get(id) !== key).map(({ id }) => id),
    ),
    invariant(
      'polls: each store_key is one of stores',
      polls.flatMap(([key]) => (stores.has(key) ? [] : [key])),
    ),
    invariant(
      'polls: no two rows have the same store_key and instant',
      polls.flatMap(([key, own]) => (own.every((poll, i) => i === 0 || isBefore(own[i - 1], poll)) ? [] : [key])),
    ),
    invariant(
      'stores: first_poll_ms is not after the earliest poll',
      polls.flatMap(([key, [first]]) => {
        const store = stores.get(key) as Store | undefined;
        return first === undefined || (store?.firstPoll ?? Number.POSITIVE_INFINITY) <= first.instant ? [] : [key];
      }),
    ),
    invariant(
      'revision: latest_poll_ms is the instant of the newest poll',
      latestPoll === newestPoll(view) ? [] : [String(latestPoll)],
    ),
    invariant(
      'users: no two rows have the same login',
      repeated(view, 'users', ({ login }) => login),
    ),
    invariant(
      'api_keys: no two rows have the same token_hash',
      repeated(view, 'api_keys', (key) => key.token_hash),
    ),
    ...OF_USERS.map((table) =>
      invariant(
        `${table}: each user_id is one of users`,
        [...view.table(table).values()].map(({ user_id }) => user_id).filter((id) => !users.has(id)),
      ),
    ),
    invariant(
      'contact_points: each user_id is one of users',
      [...view.table('contact_points').values()].flatMap(({ user_id }) => user_id ?? []).filter((id) => !users.has(id)),
    ),
    invariant(
      'deliveries: each contact_point_id is one of contact_points',
      [...view.table('deliveries').values()]
        .map(({ contact_point_id }) => contact_point_id)
        .filter((id) => !view.table('contact_points').has(id)),
    ),
    invariant(
      'deliveries: no two rows have the same delivery_key',
      repeated(view, 'deliveries', ({ delivery_key }) => delivery_key),
    ),
    invariant(
      'reports: each shares is one of reports',
      [...reports.values()].flatMap(({ shares }) => (shares === null || reports.has(shares) ? [] : [shares])),
    ),
    invariant(
      'judgements: each revokes is one of judgements',
      [...view.table('judgements').values()].flatMap(({ revokes }) =>
        revokes === null || view.table('judgements').has(revokes) ? [] : [revokes],
      ),
    ),
    invariant(
      'sync_results: each run_id is one of sync_runs',
      [...view.table('sync_results').values()]
        .map(({ run_id }) => run_id)
        .filter((id) => !view.table('sync_runs').has(id)),
    ),
  ];
}

const OF_USERS = [
  ...(['user_stores', 'sessions', 'api_keys', 'totp', 'recovery_codes', 'passkeys', 'identities'] as const),
  'sign_in_links',
] as const;

function invariant(name: string, broken: readonly (string | number)[]): Invariant {
  return { name, broken: broken.length, ...(broken.length > 0 && { example: String(broken[0]) }) };
}

function isBefore(a: { readonly instant: number } | undefined, b: { readonly instant: number }): boolean {
  return a !== undefined && a.instant < b.instant;
}

/** The values that occur more than once. */
function repeated<T extends TableName>(view: View, table: T, textOf: (row: Rows[T]) => string): string[] {
  const values = [...view.table(table).values()].map(textOf);
  return values.filter((value, i) => values.indexOf(value) !== i);
}
