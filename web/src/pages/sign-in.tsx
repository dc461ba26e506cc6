import { useSignal } from '@preact/signals';
import { hasPasskeys } from '../lib/passkeys.ts';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { later } from '../parts/later.tsx';
import { Brand } from '../parts/shell.tsx';
import { SignInNotice, SingleSignOn, useSignInOptions } from '../parts/single-sign-on.tsx';
import { ApiError } from '../state/api.ts';
import { setParams } from '../state/place.ts';
import { signIn, signInWithPasskey } from '../state/session.ts';
import { useSubmit } from '../state/submit.ts';
import './sign-in.css';

const ForgotPassword = later('the form', () => import('./forgot-password.tsx'));

/** Shown at any URL to visitors who are not signed in; the URL does not change. */
export function SignInPage() {
  const login = useSignal('');
  const password = useSignal('');
  const code = useSignal('');
  const asksCode = useSignal(false);
  const forgot = useSignal(false);
  const options = useSignInOptions();
  const { busy, error, run } = useSubmit();
  document.title = 'Sign in · Restaurant Monitor';

  const enter = (how: () => Promise<void>) =>
    run(async () => {
      try {
        await how();
        setParams({ sign_in: undefined });
      } catch (error) {
        if (error instanceof ApiError && error.problem.code === 'second_factor_required') asksCode.value = true;
        throw error;
      }
    });

  if (forgot.value) {
    return (
      <main class="door">
        <ForgotPassword onBack={() => (forgot.value = false)} />
      </main>
    );
  }
  return (
    <main class="door">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          enter(() => signIn(login.value, password.value, asksCode.value ? code.value : undefined));
        }}
      >
        <p class="brand">
          <Brand />
          Restaurant Monitor
        </p>
        <h1>Sign in</h1>
        {error === undefined && <SignInNotice />}
        <Field label="Login or email address" value={login} name="username" autoComplete="username" required />
        <Field label="Password" value={password} type="password" autoComplete="current-password" required />
        {asksCode.value && <Field label="Code" value={code} autoComplete="one-time-code" required />}
        <Failure error={error} />
        <div class="actions">
          <button type="submit" class="button main" aria-disabled={busy}>
            {busy ? 'Signing in…' : 'Sign in'}
          </button>
          {hasPasskeys() && (
            <button type="button" class="button" aria-disabled={busy} onClick={() => enter(signInWithPasskey)}>
              Use a passkey
            </button>
          )}
          <SingleSignOn verb="Sign in with" />
        </div>
        {options?.password_reset ? (
          <p>
            <button type="button" class="button plain" onClick={() => (forgot.value = true)}>
              Forgot your password?
            </button>
          </p>
        ) : (
          <p class="small quiet">
            Forgot your password? An admin can set a new one. Admins set their own on the server with{' '}
            <span class="code">restaurant-monitor user passwd LOGIN</span>
          </p>
        )}
      </form>
    </main>
  );
}
