import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { counted } from '../../lib/format.ts';
import { linesOf } from '../../lib/lines.ts';
import { ROLES, type Role } from './roles.ts';

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
        placeholder="Ids, one on each line"
        value={stores.value}
        onInput={({ currentTarget }) => {
          stores.value = currentTarget.value;
        }}
      />
      <small>{counted(linesOf(stores.value).length, 'store')}</small>
    </div>
  );
}
