import { useSignal } from '@preact/signals';
import type { User } from '../../../api/schema.ts';
import { count } from '../../lib/format.ts';
import { Link } from '../../parts/link.tsx';
import { Empty, Loading, Trouble } from '../../parts/notices.tsx';
import { Ago } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { usePages } from '../../state/pages.ts';
import { may } from '../../state/session.ts';
import { InvitationLink, type Invited } from './invitation.tsx';
import { NewUser } from './new-user.tsx';
import { PolicyPart } from './policy.tsx';
import { ROLES } from './roles.ts';

/** All users, and a form to add one. */
export function UsersPart() {
  const { list, more, reload } = usePages<User>('users', (cursor, signal) =>
    call('GET /api/v1/users', { query: { limit: 100, cursor }, signal }),
  );
  const adding = useSignal(false);
  const invited = useSignal<Invited | undefined>(undefined);
  const none = list.items.length === 0 && !list.loading && list.error === undefined;
  return (
    <>
      {list.error !== undefined && <Trouble error={list.error} retry={reload} />}
      {none && !adding.value && (
        <Empty title="No users yet">
          <p>
            Everything is open to this machine only. The first user is an admin. After that, people sign in, programs
            use API keys, and the server can listen to other machines.
          </p>
          <AddButton onClick={() => (adding.value = true)} words="Add the first admin" />
        </Empty>
      )}
      {adding.value && (
        <NewUser
          first={none}
          onDone={(added, invitation) => {
            adding.value = false;
            invited.value = invitation;
            if (added) reload();
          }}
        />
      )}
      {invited.value !== undefined && (
        <InvitationLink invited={invited.value} onDone={() => (invited.value = undefined)} />
      )}
      {list.items.length === 0 && list.loading && <Loading what="the users" />}
      {list.items.length > 0 && (
        <>
          <PolicyPart />
          {may('users:write') && !adding.value && <AddButton onClick={() => (adding.value = true)} words="Add user" />}
          <table class="stacks users">
            <thead>
              <tr>
                <th>Name</th>
                <th>Login</th>
                <th>Role</th>
                <th>Stores</th>
                <th>Sign-in method</th>
                <th>Created</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((user) => (
                <UserRow key={user.user_id} user={user} />
              ))}
            </tbody>
          </table>
          {list.next !== null && (
            <button type="button" class="button" onClick={more}>
              More users
            </button>
          )}
        </>
      )}
    </>
  );
}

function AddButton({ onClick, words }: { readonly onClick: () => void; readonly words: string }) {
  return (
    <button type="button" class="button main add" onClick={onClick}>
      {words}
    </button>
  );
}

function UserRow({ user }: { readonly user: User }) {
  const role = ROLES.find((one) => one.role === user.role);
  return (
    <tr>
      <td>
        <Link href={`/users/${user.user_id}`}>{user.name}</Link>
        {user.disabled && <span class="tag">disabled</span>}
      </td>
      <td class="quiet">{user.login}</td>
      <td title={role?.meaning}>{role?.words ?? user.role}</td>
      <td data-label="stores">{user.role === 'owner' ? count(user.store_count) : 'all'}</td>
      <td class="quiet">{signInMethods(user)}</td>
      <td class="quiet">
        <Ago at={user.created_at} />
      </td>
    </tr>
  );
}

function signInMethods({ has_password, has_second_factor }: User): string {
  const methods = [has_password && 'password', has_second_factor && 'second factor'].filter(
    (method) => method !== false,
  );
  return methods.length === 0 ? 'none yet' : methods.join(', ');
}
