import { useSignal } from '@preact/signals';
import type { IssuedKey, Key, NewKey } from '../../api/schema.ts';
import { presentScopes } from '../lib/scopes.ts';
import { call } from '../state/api.ts';
import { now } from '../state/live.ts';
import { type PageOf, usePages } from '../state/pages.ts';
import { useSubmit } from '../state/submit.ts';
import { Failure } from './failure.tsx';
import { LoadedList } from './loaded-list.tsx';
import { NewKeyForm } from './new-key.tsx';
import { ShownOnce } from './shown-once.tsx';
import { Ago, Instant } from './time.tsx';

interface Props {
  /** The title of the list. */
  readonly id: string;
  readonly list: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Key>>;
  readonly add: (body: NewKey) => Promise<IssuedKey>;
}

/** API keys, with which programs sign in. A new key is shown once. */
export function KeysPart({ id, list: fetchPage, add }: Props) {
  const { list, more, reload } = usePages<Key>(id, fetchPage);
  const adding = useSignal(false);
  const issued = useSignal<IssuedKey | undefined>(undefined);
  const { error, run } = useSubmit();
  const revoke = (key: Key) => {
    if (!confirm(`Revoke the key "${key.name}"? Programs that use it lose access.`)) return;
    run(async () => {
      await call('DELETE /api/v1/keys/{key_id}', { path: { key_id: key.key_id } });
      reload();
    });
  };
  return (
    <section class="section" aria-labelledby="keys">
      <header>
        <h2 id="keys">API keys</h2>
        {!adding.value && (
          <button type="button" class="button" onClick={() => (adding.value = true)}>
            New key
          </button>
        )}
      </header>
      {issued.value !== undefined && <Issued issued={issued.value} onDone={() => (issued.value = undefined)} />}
      {adding.value && (
        <NewKeyForm
          add={add}
          onDone={(key) => {
            adding.value = false;
            if (key === undefined) return;
            issued.value = key;
            reload();
          }}
        />
      )}
      <Failure error={error} />
      <LoadedList
        of={list}
        reload={reload}
        what="keys"
        empty={<p class="quiet">No keys yet. Create one for each program.</p>}
      >
        {(keys) => (
          <table class="stacks">
            <thead>
              <tr>
                <th>Name</th>
                <th>Prefix</th>
                <th>Scopes</th>
                <th>Last used</th>
                <th>Expires</th>
                <th>
                  <span class="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <tr key={key.key_id}>
                  <td>{key.name}</td>
                  <td class="code">{key.prefix}…</td>
                  <td class="small">{presentScopes(key.scopes).join(', ')}</td>
                  <td data-label="last used">{key.last_used_at === null ? 'never' : <Ago at={key.last_used_at} />}</td>
                  <td>
                    <Until of={key} />
                  </td>
                  <td class="number">
                    {key.revoked_at === null && (
                      <button type="button" class="button plain danger" onClick={() => revoke(key)}>
                        Revoke<span class="unseen"> {key.name}</span>
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </LoadedList>
      {list.next !== null && (
        <button type="button" class="button" onClick={more}>
          Earlier keys
        </button>
      )}
    </section>
  );
}

function Until({ of: { revoked_at, expires_at } }: { readonly of: Key }) {
  if (revoked_at !== null) return <span class="tag">revoked</span>;
  if (expires_at === null) return <>never</>;
  if (Date.parse(expires_at) < now.value) return <span class="tag">expired</span>;
  return <Instant utc={expires_at} as="date" />;
}

function Issued({ issued, onDone }: { readonly issued: IssuedKey; readonly onDone: () => void }) {
  return (
    <ShownOnce title={`Key "${issued.name}" created`} secret={issued.key ?? ''} onDone={onDone}>
      Copy it now: it is not shown again.
    </ShownOnce>
  );
}
