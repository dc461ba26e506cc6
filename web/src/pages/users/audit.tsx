import type { AuditEntry } from '../../../api/schema.ts';
import { actionWords, detailWords, KIND_WORDS, nameInDetail, subjectPath } from '../../lib/audit.ts';
import { Link } from '../../parts/link.tsx';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { param, setParams } from '../../state/place.ts';
import { may } from '../../state/session.ts';

/** Entries of one page; also the most store IDs that one request may ask for. */
const PAGE = 100;
const USERS = 500;

/** An entry with the present name of what it is about; `undefined`: it has none, or is gone. */
type NamedEntry = AuditEntry & { readonly name: string | undefined };

/** Who changed what, newest first. */
export function AuditPart() {
  const kind = param('kind');
  const { list, more, reload } = usePages<NamedEntry>(`audit ${kind}`, async (cursor, signal) => {
    const query = { limit: PAGE, cursor, subject_kind: kind || undefined };
    const page = await call('GET /api/v1/audit', { query, signal });
    return { ...page, items: await named(page.items, signal) };
  });
  return (
    <>
      <div class="row audit-filter">
        <label class="select">
          <span class="unseen">Only actions on</span>
          <select value={kind} onChange={({ currentTarget }) => setParams({ kind: currentTarget.value })}>
            <option value="">All actions</option>
            {Object.entries(KIND_WORDS).map(([one, { many }]) => (
              <option key={one} value={one}>
                {many}
              </option>
            ))}
          </select>
        </label>
      </div>
      <LoadedList of={list} reload={reload} what="the audit log" empty={<Empty title="No actions recorded" />}>
        {(entries) => (
          <table class="stacks audit">
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>Action</th>
                <th>Target</th>
                <th>Details</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <EntryRow key={entry.audit_id} entry={entry} />
              ))}
            </tbody>
          </table>
        )}
      </LoadedList>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          Earlier
        </button>
      )}
    </>
  );
}

/** Adds the names of the stores and users that the entries are about. */
async function named(entries: readonly AuditEntry[], signal: AbortSignal): Promise<NamedEntry[]> {
  const idsOf = (kind: string) => [
    ...new Set(entries.filter(({ subject_kind }) => subject_kind === kind).map(({ subject_id }) => subject_id)),
  ];
  const [stores, users] = [idsOf('store'), idsOf('user')];
  const [foundStores, foundUsers] = await Promise.all([
    stores.length > 0 && may('stores:read')
      ? call('GET /api/v1/stores', { query: { store_id: stores, sort: 'id', limit: PAGE }, signal })
      : undefined,
    users.length > 0 ? call('GET /api/v1/users', { query: { limit: USERS }, signal }) : undefined,
  ]);
  const names = new Map<string, string>();
  for (const { store_id, name } of foundStores?.items ?? []) if (name !== null) names.set(`store ${store_id}`, name);
  for (const { user_id, name } of foundUsers?.items ?? []) names.set(`user ${user_id}`, name);
  return entries.map((entry) => ({
    ...entry,
    name: names.get(`${entry.subject_kind} ${entry.subject_id}`) ?? nameInDetail(entry),
  }));
}

function EntryRow({ entry }: { readonly entry: NamedEntry }) {
  const { actor, actor_id: actorId, key_id: keyId } = entry;
  return (
    <tr>
      <td class="nowrap">
        <Instant utc={entry.at} as="date" />
      </td>
      <td>
        {actorId === null ? actor : <Link href={`/users/${encodeURIComponent(actorId)}`}>{actor}</Link>}
        {keyId !== null && <span class="quiet"> with an API key</span>}
      </td>
      <td title={entry.action}>{actionWords(entry)}</td>
      <td>
        <Target entry={entry} />
      </td>
      <td>
        <Detail detail={entry.detail} />
      </td>
    </tr>
  );
}

/** What an entry is about: its name, as a link if it has a page. People know the IDs of stores, so these follow. */
function Target({ entry }: { readonly entry: NamedEntry }) {
  const { name, subject_kind: kind, subject_id: id } = entry;
  const path = subjectPath(entry);
  const words = name ?? KIND_WORDS[kind]?.one ?? kind;
  return (
    <>
      {path === undefined ? <span title={id}>{words}</span> : <Link href={path}>{words}</Link>}
      {(name === undefined || kind === 'store') && (
        <span class="code quiet small target-id" title={id}>
          {id}
        </span>
      )}
    </>
  );
}

function Detail({ detail }: { readonly detail: AuditEntry['detail'] }) {
  const entries = detailWords(detail);
  if (entries.length === 0) return null;
  return (
    <dl class="detail small">
      {entries.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
