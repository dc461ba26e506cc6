import { useSignal } from '@preact/signals';
import { idsIn } from '../../../../src/lib/id-list.ts';
import { Field, NewPasswordField } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { call } from '../../state/api.ts';
import { readSession } from '../../state/session.ts';
import { useUnsavedValues } from '../../state/unsaved.ts';
import { type Invited, invite } from './invitation.tsx';
import { type Role, roleFrom } from './roles.ts';
import { EmailField, type FirstSignIn, FirstSignInField, RoleField, StoresField } from './user-fields.tsx';

interface Props {
  /** The first user is an admin; after that, signing in is required. */
  readonly first: boolean;
  /** @param invited the link that the new user needs, if it is invited */
  readonly onDone: (added: boolean, invited?: Invited) => void;
}

export function NewUser({ first, onDone }: Props) {
  const login = useSignal('');
  const name = useSignal('');
  const role = useSignal<Role>(first ? 'admin' : 'owner');
  const email = useSignal('');
  const signIn = useSignal<FirstSignIn>(first ? 'password' : 'invitation');
  const password = useSignal('');
  const stores = useSignal('');
  const fields = [login, name, role, email, signIn, password, stores];
  useUnsavedValues(JSON.stringify(fields.map(({ value }) => value)));
  const save = async () => {
    const user = await call('POST /api/v1/users', {
      body: {
        login: login.value,
        name: name.value || undefined,
        email: email.value || undefined,
        role: role.value,
        password: signIn.value === 'password' ? password.value : undefined,
        ...(role.value === 'owner' && { stores: idsIn(stores.value) }),
      },
    });
    onDone(true, signIn.value === 'invitation' ? await invite(user) : undefined);
    if (first) await readSession();
  };
  return (
    <Form class="card form new-user" save={save} button="Add" onCancel={() => onDone(false)}>
      <h2>{first ? 'The first admin' : 'New user'}</h2>
      <Field label="Login" value={login} required autoComplete="off" hint="A name or an email address." />
      <Field label="Name" value={name} autoComplete="off" hint="The display name." />
      <EmailField email={email} />
      {!first && <RoleField role={role.value} onChange={(text) => (role.value = roleFrom(text))} />}
      {role.value === 'owner' && <StoresField stores={stores} />}
      {!first && <FirstSignInField value={signIn} />}
      {signIn.value === 'password' && <NewPasswordField label="Password" value={password} />}
    </Form>
  );
}
