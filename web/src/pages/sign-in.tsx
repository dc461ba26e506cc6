import { useSignal } from '@preact/signals';
import { Field } from '../parts/field.tsx';
import { Brand } from '../parts/shell.tsx';
import { reasonOf } from '../state/api.ts';
import { signIn } from '../state/session.ts';

/** Where whoever is not signed in lands, whatever the address; the page stays the one that was asked for. */
export function SignInPage() {
  const login = useSignal('');
  const password = useSignal('');
  const busy = useSignal(false);
  const reason = useSignal<string | undefined>(undefined);
  document.title = 'Sign in · Restaurant Monitor';

  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    reason.value = undefined;
    try {
      await signIn(login.value, password.value);
    } catch (error) {
      reason.value = reasonOf(error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <main class="door">
      <form class="form" onSubmit={submit}>
        <p class="brand">
          <Brand />
          Restaurant Monitor
        </p>
        <h1>Sign in</h1>
        <Field label="Login" value={login} name="username" autoComplete="username" required />
        <Field label="Password" value={password} type="password" autoComplete="current-password" required />
        {reason.value !== undefined && (
          <p class="banner" data-kind="trouble" role="alert">
            {reason.value}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button main" disabled={busy.value}>
            {busy.value ? 'Signing in …' : 'Sign in'}
          </button>
        </div>
        <p class="small quiet">An admin adds people and gives them a new password when they forget theirs.</p>
      </form>
    </main>
  );
}
