import { useSignal } from '@preact/signals';
import type { IssuedKey, NewKey } from '../../api/schema.ts';
import { presentScopes } from '../lib/scopes.ts';
import { session } from '../state/session.ts';
import { useUnsavedValues } from '../state/unsaved.ts';
import { Field } from './field.tsx';
import { Form } from './form.tsx';

type Scope = NewKey['scopes'][number];

interface Props {
  readonly add: (body: NewKey) => Promise<IssuedKey>;
  /** Called with the key; `undefined`: canceled. */
  readonly onDone: (key: IssuedKey | undefined) => void;
}

/** Creates a key with some of the scopes of its user. */
export function NewKeyForm({ add, onDone }: Props) {
  const { value } = session;
  const offered = value.kind === 'signed-in' ? presentScopes(value.me.scopes) : [];
  const name = useSignal('');
  const until = useSignal('');
  const scopes = useSignal<readonly Scope[]>([]);
  useUnsavedValues(JSON.stringify([name.value, until.value, scopes.value]));
  const save = async () => {
    if (scopes.value.length === 0) throw new Error('Select at least one scope.');
    const expires_at = until.value === '' ? undefined : new Date(`${until.value}T23:59:59`).toISOString();
    onDone(await add({ name: name.value, scopes: scopes.value, expires_at }));
  };
  return (
    <Form class="card form new-key" save={save} button="Create key" onCancel={() => onDone(undefined)}>
      <Field label="Name" value={name} required hint="What the key is for, such as: hourly poller." />
      <fieldset>
        <legend class="legend">Scopes</legend>
        <div class="scopes">
          {offered.map((scope) => (
            <label key={scope} class="tick">
              <input
                type="checkbox"
                checked={scopes.value.includes(scope)}
                onChange={({ currentTarget }) => {
                  const rest = scopes.value.filter((one) => one !== scope);
                  scopes.value = currentTarget.checked ? [...rest, scope] : rest;
                }}
              />
              <span class="code">{scope}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field label="Expires" type="date" value={until} hint="Leave empty for a key that does not expire." />
    </Form>
  );
}
