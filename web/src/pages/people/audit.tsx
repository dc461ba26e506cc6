import type { AuditEntry } from '../../../api/schema.ts';
import { LoadedList } from '../../parts/loaded-list.tsx';
import { Empty } from '../../parts/notices.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { param, setParams } from '../../state/place.ts';

const KINDS = ['', 'user', 'key', 'session', 'store', 'report', 'import'] as const;

/** Who changed what, newest first. */
export function AuditPart() {
  const kind = param('kind');
  const { list, more, reload } = usePages<AuditEntry>(`audit ${kind}`, (cursor, signal) =>
    call('GET /api/v1/audit', { query: { limit: 100, cursor, subject_kind: kind || undefined }, signal }),
  );
  return (
    <>
      <div class="row audit-filter">
        <label class="select">
          <span class="unseen">Only changes of</span>
          <select value={kind} onChange={({ currentTarget }) => setParams({ kind: currentTarget.value })}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {one === '' ? 'Everything' : `Only of a ${one}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <LoadedList of={list} reload={reload} what="the audit log" empty={<Empty title="Nothing was changed" />}>
        {(entries) => (
          <table class="stacks">
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>Did</th>
                <th>To</th>
                <th>Details</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.audit_id}>
                  <td class="nowrap">
                    <Instant utc={entry.at} as="date" />
                  </td>
                  <td>
                    {entry.actor}
                    {entry.key_id !== null && <span class="quiet"> by key</span>}
                  </td>
                  <td class="code">{entry.action}</td>
                  <td class="small">
                    {entry.subject_kind} <span class="code quiet">{entry.subject_id.slice(0, 24)}</span>
                  </td>
                  <td>
                    <Detail detail={entry.detail} />
                  </td>
                </tr>
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

function Detail({ detail }: { readonly detail: AuditEntry['detail'] }) {
  const entries = Object.entries(detail);
  if (entries.length === 0) return null;
  return (
    <dl class="detail small">
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd class="code">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
