import { useSignal } from '@preact/signals';
import { linesOf } from '../../lib/lines.ts';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { call } from '../../state/api.ts';
import { readSession } from '../../state/session.ts';
import { type Role, roleFrom } from './roles.ts';
import { RoleField, StoresField } from './user-fields.tsx';

interface Props {
  /** The first user is an admin; after that, signing in is required. */
  readonly first: boolean;
  readonly onDone: (added: boolean) => void;
}

export function NewUser({ first, onDone }: Props) {
  const login = useSignal('');
  const name = useSignal('');
  const role = useSignal<Role>(first ? 'admin' : 'owner');
  const password = useSignal('');
  const stores = useSignal('');
  const save = async () => {
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
  };
  return (
    <Form class="card form new-user" save={save} button="Add" onCancel={() => onDone(false)}>
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
    </Form>
  );
}
