import { useSignal } from '@preact/signals';
import { linesOf } from '../../lib/lines.ts';
import { Field } from '../../parts/field.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { readSession } from '../../state/session.ts';
import { type Role, roleFrom } from './roles.ts';
import { RoleField, StoresField } from './user-fields.tsx';

interface Props {
  /** The first one is an admin, and from then on one has to sign in. */
  readonly first: boolean;
  readonly onDone: (added: boolean) => void;
}

export function NewUser({ first, onDone }: Props) {
  const login = useSignal('');
  const name = useSignal('');
  const role = useSignal<Role>(first ? 'admin' : 'owner');
  const password = useSignal('');
  const stores = useSignal('');
  const busy = useSignal(false);
  const failure = useSignal<string | undefined>(undefined);
  const save = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    failure.value = undefined;
    try {
      await call('POST /api/v1/users', {
        body: {
          login: login.value,
          name: name.value || undefined,
          role: role.value,
          password: password.value || undefined,
          ...(role.value === 'owner' && { stores: linesOf(stores.value) }),
        },
      });
      onDone(true);
      if (first) await readSession();
    } catch (error) {
      failure.value = reasonOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form class="card form new-user" onSubmit={save}>
      <h2>{first ? 'The first admin' : 'New user'}</h2>
      <Field label="Login" value={login} required autoComplete="off" hint="A name or an e-mail address." />
      <Field label="Name" value={name} autoComplete="off" hint="What people call this user." />
      {!first && <RoleField role={role.value} onChange={(text) => (role.value = roleFrom(text))} />}
      {role.value === 'owner' && <StoresField stores={stores} />}
      <Field
        label="Password"
        type="password"
        value={password}
        required={first}
        minLength={12}
        autoComplete="new-password"
        hint={
          first ? 'At least 12 characters.' : 'At least 12 characters. Without one, only API keys let this user in.'
        }
      />
      {failure.value !== undefined && (
        <p class="banner" data-kind="trouble" role="alert">
          {failure.value}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="button main" disabled={busy.value}>
          Add
        </button>
        <button type="button" class="button plain" onClick={() => onDone(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
