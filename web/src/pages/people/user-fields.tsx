import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { idsIn } from '../../../../src/lib/id-list.ts';
import { counted } from '../../lib/format.ts';
import { Field } from '../../parts/field.tsx';
import { ROLES, type Role } from './roles.ts';

/** How a new user signs in for the first time. */
export type FirstSignIn = 'invitation' | 'password' | 'keys';

const FIRST_SIGN_INS: readonly { readonly value: FirstSignIn; readonly words: string }[] = [
  { value: 'invitation', words: 'With an invitation link' },
  { value: 'password', words: 'With a password you set' },
  { value: 'keys', words: 'With API keys only (a program)' },
];

export function FirstSignInField({ value }: { readonly value: Signal<FirstSignIn> }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Signs in</label>
      <select
        id={id}
        value={value.value}
        onChange={({ currentTarget }) => (value.value = currentTarget.value as FirstSignIn)}
      >
        {FIRST_SIGN_INS.map(({ value: one, words }) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

export function EmailField({ email }: { readonly email: Signal<string> }) {
  return (
    <Field
      label="Email address"
      type="email"
      value={email}
      autoComplete="off"
      hint="Optional: for invitations and password resets."
    />
  );
}

interface RoleProps {
  readonly role: Role;
  readonly onChange: (role: string) => void;
}

export function RoleField({ role, onChange }: RoleProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Role</label>
      <select id={id} value={role} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {ROLES.map(({ role: one, words, meaning }) => (
          <option key={one} value={one}>
            {words}: {meaning}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The stores that an owner sees. */
export function StoresField({ stores }: { readonly stores: Signal<string> }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Stores</label>
      <textarea
        id={id}
        class="code"
        placeholder="Store IDs, separated by lines, commas or spaces"
        value={stores.value}
        onInput={({ currentTarget }) => {
          stores.value = currentTarget.value;
        }}
      />
      <small>{counted(idsIn(stores.value).length, 'store')}</small>
    </div>
  );
}
