import { useSignal } from '@preact/signals';
import { Field, NewPasswordField, Tick } from '../../parts/field.tsx';
import { KeysPart } from '../../parts/keys.tsx';
import { Link } from '../../parts/link.tsx';
import { Empty } from '../../parts/notices.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { session } from '../../state/session.ts';
import { FactorsPart } from './factors.tsx';
import './account.css';

/** The user's own second factors, password and keys. */
export default function AccountPage() {
  const { value } = session;
  if (value.kind !== 'signed-in' || value.me.user === null) {
    return (
      <Empty title="No users yet" whole>
        <Link class="button main" href="/users">
          Add the first admin
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <header class="head">
        <div>
          <h1>{value.me.user.name}</h1>
          <p class="quiet">
            {value.me.user.login} · {value.me.user.role}
          </p>
        </div>
      </header>
      {value.me.second_factor_required && (
        <p class="banner" data-kind="trouble" role="status">
          Your role requires a second factor. Add one to continue.
        </p>
      )}
      <FactorsPart />
      <PasswordForm />
      <KeysPart
        id="own keys"
        list={(cursor, signal) => call('GET /api/v1/keys', { query: { cursor }, signal })}
        add={(body) => call('POST /api/v1/keys', { body })}
      />
    </>
  );
}

function PasswordForm() {
  const current = useSignal('');
  const next = useSignal('');
  const revokeKeys = useSignal(false);
  const result = useSignal<{ readonly kind: 'good' | 'trouble'; readonly words: string } | undefined>(undefined);
  const save = async (event: Event) => {
    event.preventDefault();
    try {
      await call('PUT /api/v1/session/password', {
        body: { current: current.value, next: next.value, revoke_keys: revokeKeys.value },
      });
      result.value = { kind: 'good', words: 'Password changed. Your other sessions were signed out.' };
      current.value = '';
      next.value = '';
    } catch (error) {
      result.value = { kind: 'trouble', words: reasonOf(error) };
    }
  };
  return (
    <form class="card form" onSubmit={save}>
      <h2>Change your password</h2>
      <Field label="Current password" type="password" value={current} required autoComplete="current-password" />
      <NewPasswordField value={next} />
      <Tick value={revokeKeys}>Also revoke my API keys</Tick>
      {result.value !== undefined && (
        <p class="banner" data-kind={result.value.kind} role={result.value.kind === 'good' ? 'status' : 'alert'}>
          {result.value.words}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="button main">
          Change password
        </button>
      </div>
    </form>
  );
}
