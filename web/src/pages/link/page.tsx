import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../../../api/client.ts';
import type { SignInLink } from '../../../api/schema.ts';
import { hasPasskeys, makePasskey } from '../../lib/passkeys.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field, NewPasswordField } from '../../parts/field.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Brand } from '../../parts/shell.tsx';
import { ApiError } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { go } from '../../state/place.ts';
import { session } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import '../sign-in.css';

const { call } = client();

/** Where an invitation or a reset link leads. Its token is behind `#`, which the browser sends to no server. */
export default function LinkPage() {
  const token = useSignal(location.hash.slice(1));
  useEffect(() => {
    document.title = 'Sign in · Restaurant Monitor';
    const changed = () => (token.value = location.hash.slice(1));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, [token]);
  const link = useLoad(token.value, (signal) =>
    call('POST /api/v1/session/link', { body: { token: token.value }, signal }),
  );
  const gone = link.error instanceof ApiError && link.error.status === 404;
  return (
    <main class="door">
      <div class="form">
        <p class="brand">
          <Brand />
          Restaurant Monitor
        </p>
        {gone ? (
          <Gone />
        ) : (
          <Loaded of={link} what="the link">
            {(data) => <UseLink link={data} token={token.value} />}
          </Loaded>
        )}
      </div>
    </main>
  );
}

function Gone() {
  return (
    <>
      <h1>This link is no longer valid</h1>
      <p>It has expired, was used, or was replaced by a newer one.</p>
      <p>
        For a new invitation, ask an admin. If you forgot your password, the <a href="/">sign-in page</a> says what to
        do.
      </p>
    </>
  );
}

interface Props {
  readonly link: SignInLink;
  readonly token: string;
}

function UseLink({ link: { purpose, login, name }, token }: Props) {
  const password = useSignal('');
  const code = useSignal('');
  const asksCode = useSignal(false);
  const codes = useSignal<readonly string[]>([]);
  const { busy, error, run } = useSubmit();
  const isInvitation = purpose === 'invitation';

  const enter = async () => {
    session.value = { kind: 'signed-in', me: await call('GET /api/v1/session') };
    // The link is used up, and leaves the history.
    go('/', 'replace');
  };
  const setPassword = () =>
    run(async () => {
      try {
        const given = { token, password: password.value, code: asksCode.value ? code.value : undefined };
        await call('POST /api/v1/session/link/password', { body: given });
      } catch (error) {
        if (error instanceof ApiError && error.problem.code === 'second_factor_required') asksCode.value = true;
        throw error;
      }
      await enter();
    });
  const usePasskey = () =>
    run(async () => {
      const answer = await makePasskey(await call('POST /api/v1/session/link/passkey-options', { body: { token } }));
      const body = { token, name: 'First passkey', ...answer };
      codes.value = (await call('POST /api/v1/session/link/passkey', { body })).recovery_codes;
    });

  if (codes.value.length > 0) return <RecoveryCodes codes={codes.value} onDone={() => run(enter)} />;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        setPassword();
      }}
    >
      <h1>{isInvitation ? `Welcome, ${name}` : 'Set a new password'}</h1>
      <p class="small quiet">
        {isInvitation ? 'Choose how you sign in as ' : 'For '}
        <strong>{login}</strong>
        {isInvitation ? '.' : '. Other sessions end.'}
      </p>
      {/* Password managers store the new password under this name. */}
      <input
        class="unseen"
        type="text"
        autoComplete="username"
        value={login}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <NewPasswordField value={password} />
      {asksCode.value && <Field label="Code" value={code} autoComplete="one-time-code" required />}
      <Failure error={error} />
      <div class="actions">
        <button type="submit" class="button main" aria-disabled={busy}>
          Set password and sign in
        </button>
        {isInvitation && hasPasskeys() && (
          <button type="button" class="button" aria-disabled={busy} onClick={usePasskey}>
            Use a passkey instead
          </button>
        )}
      </div>
    </form>
  );
}

function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <>
      <h1>Recovery codes</h1>
      <p>Each signs you in once without your passkey. They are shown only now: store them in a safe place.</p>
      <ul class="code">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="button main" onClick={onDone}>
          Continue
        </button>
      </div>
    </>
  );
}
