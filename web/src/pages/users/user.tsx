import { useSignal } from '@preact/signals';
import { idsIn, idsText } from '../../../../src/lib/id-list.ts';
import type { UserDetail } from '../../../api/schema.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field, NewPasswordField, Tick } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { KeysPart } from '../../parts/keys.tsx';
import { BackLink } from '../../parts/link.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ApiError, call, send } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { go } from '../../state/place.ts';
import { readSession } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { forgetUnsaved, useUnsaved, useUnsavedValues } from '../../state/unsaved.ts';
import { InvitationLink, type Invited, invite } from './invitation.tsx';
import { roleFrom } from './roles.ts';
import { EmailField, RoleField, StoresField } from './user-fields.tsx';
import './users.css';

/** One user: role, stores, sign-in and API keys. */
export default function UserPage({ id }: { readonly id: string }) {
  const path = { user_id: id };
  const loaded = useLoad(`user ${id}`, (signal) => send('GET /api/v1/users/{user_id}', { path, signal }));
  return (
    <Loaded of={loaded} what="the user">
      {({ data: user, etag }) => (
        <>
          <header class="report-top">
            <BackLink to="/users">Users & access</BackLink>
            <h1>{user.name}</h1>
          </header>
          <div class="two">
            <UserForm key={etag} user={user} etag={etag} onSaved={loaded.reload} />
            <Access user={user} onChanged={loaded.reload} />
          </div>
          <KeysPart
            id={`keys of ${id}`}
            list={(cursor, signal) => call('GET /api/v1/users/{user_id}/keys', { path, query: { cursor }, signal })}
            add={(body) => call('POST /api/v1/users/{user_id}/keys', { path, body })}
          />
        </>
      )}
    </Loaded>
  );
}

interface FormProps {
  readonly user: UserDetail;
  readonly etag: string | undefined;
  readonly onSaved: () => void;
}

function UserForm({ user, etag, onSaved }: FormProps) {
  const login = useSignal(user.login);
  const name = useSignal(user.name);
  const email = useSignal(user.email ?? '');
  const role = useSignal(user.role);
  const stores = useSignal(idsText(user.stores));
  const saved = useSignal(false);
  useUnsavedValues(JSON.stringify([login, name, email, role, stores].map(({ value }) => value)));
  const save = async () => {
    saved.value = false;
    try {
      await call('PATCH /api/v1/users/{user_id}', {
        path: { user_id: user.user_id },
        headers: { 'if-match': etag },
        body: {
          login: login.value,
          name: name.value,
          email: email.value,
          role: role.value,
          ...(role.value === 'owner' && { stores: idsIn(stores.value) }),
        },
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      throw new Error('This user has been changed since you opened it. Reload the page to see the current values.');
    }
    saved.value = true;
    forgetUnsaved();
    onSaved();
  };
  return (
    <Form class="card form" save={save} button="Save">
      <h2>Account</h2>
      <Field label="Login" value={login} required autoComplete="off" />
      <Field label="Name" value={name} required autoComplete="off" />
      <EmailField email={email} />
      <RoleField role={role.value} onChange={(text) => (role.value = roleFrom(text))} />
      {role.value === 'owner' && <StoresField stores={stores} />}
      {saved.value && (
        <p class="banner" data-kind="good" role="status">
          Saved.
        </p>
      )}
    </Form>
  );
}

function Access({ user, onChanged }: { readonly user: UserDetail; readonly onChanged: () => void }) {
  const path = { user_id: user.user_id };
  const password = useSignal('');
  const revokeKeys = useSignal(false);
  const done = useSignal<string | undefined>(undefined);
  const invited = useSignal<Invited | undefined>(undefined);
  const { error, run } = useSubmit();
  useUnsaved(password.value !== '');
  const act = (doing: () => Promise<unknown>, words: string) => {
    done.value = undefined;
    return run(async () => {
      await doing();
      done.value = words;
      onChanged();
    });
  };
  return (
    <section class="card form" aria-labelledby="access">
      <h2 id="access">Sign-in</h2>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const body = { password: password.value, revoke_keys: revokeKeys.value };
          act(() => call('PUT /api/v1/users/{user_id}/password', { path, body }), 'Password changed.');
          password.value = '';
        }}
      >
        <NewPasswordField value={password} hint="The user is signed out everywhere." />
        <Tick value={revokeKeys}>Also revoke the API keys of this user</Tick>
        <div class="actions">
          <button type="submit" class="button">
            Set password
          </button>
        </div>
      </form>
      {invited.value !== undefined && (
        <InvitationLink invited={invited.value} onDone={() => (invited.value = undefined)} />
      )}
      {done.value !== undefined && <p role="status">{done.value}</p>}
      <Failure error={error} />
      <div class="actions row">
        {!user.has_password && !user.has_second_factor && !user.disabled && (
          <button
            type="button"
            class="button"
            onClick={() =>
              run(async () => {
                invited.value = await invite(user);
              })
            }
          >
            Create invitation link
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => act(() => call('DELETE /api/v1/users/{user_id}/sessions', { path }), 'Signed out everywhere.')}
        >
          Sign out everywhere
        </button>
        {user.has_second_factor && (
          <button
            type="button"
            class="button"
            onClick={() => {
              if (!confirm(`Remove all second factors of ${user.name}?`)) return;
              act(
                () => call('DELETE /api/v1/users/{user_id}/second-factors', { path }),
                'Second factors removed, and the user was signed out everywhere.',
              );
            }}
          >
            Remove second factors
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() =>
            act(
              () => call('PATCH /api/v1/users/{user_id}', { path, body: { disabled: !user.disabled } }),
              user.disabled ? 'Enabled.' : 'Disabled. Sessions were ended, and API keys do not work.',
            )
          }
        >
          {user.disabled ? 'Enable' : 'Disable'}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            if (!confirm(`Delete ${user.name} with all sessions and API keys?`)) return;
            run(async () => {
              await call('DELETE /api/v1/users/{user_id}', { path });
              forgetUnsaved();
              await readSession();
              go('/users');
            });
          }}
        >
          Delete
        </button>
      </div>
    </section>
  );
}
