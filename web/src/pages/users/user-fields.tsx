import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { idsIn } from '../../../../src/lib/id-list.ts';
import { count, counted } from '../../lib/format.ts';
import { Field } from '../../parts/field.tsx';
import { useLoad } from '../../state/load.ts';
import { missingStores } from '../../state/missing-stores.ts';
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

/** IDs listed in the warning about stores that do not exist. */
const LISTED = 10;

/** The stores that an owner sees, with a warning about IDs that no store has, checked when the field loses focus. */
export function StoresField({ stores }: { readonly stores: Signal<string> }) {
  const id = useId();
  const checked = useSignal(stores.value);
  const { data = [] } = useLoad(`missing stores ${checked.value}`, (signal) =>
    missingStores(idsIn(checked.value), signal),
  );
  const ids = idsIn(stores.value);
  const missing = data.filter((one) => ids.includes(one));
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
        onChange={({ currentTarget }) => {
          checked.value = currentTarget.value;
        }}
      />
      <small>{counted(ids.length, 'store')}</small>
      {missing.length > 0 && (
        <small class="wrong" role="status">
          Not found: {missing.slice(0, LISTED).join(', ')}
          {missing.length > LISTED && ` and ${count(missing.length - LISTED)} more`}. The user sees these stores once
          they exist.
        </small>
      )}
    </div>
  );
}
