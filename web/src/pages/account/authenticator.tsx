import { useSignal } from '@preact/signals';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

interface Props {
  readonly onDone: (codes: readonly string[] | null) => void;
  readonly onCancel: () => void;
}

/** A secret for an authenticator app, which then has to show a code. */
export function AuthenticatorForm({ onDone, onCancel }: Props) {
  const { data, error } = useLoad('a secret', (signal) => call('POST /api/v1/session/totp', { signal }));
  const code = useSignal('');
  const failure = useSignal<string | undefined>(undefined);
  if (data === undefined) {
    return error === undefined ? <Loading what="a secret" /> : <Trouble error={error} retry={onCancel} />;
  }
  const { secret, uri, ticket } = data;
  const save = async (event: Event) => {
    event.preventDefault();
    failure.value = undefined;
    try {
      onDone((await call('PUT /api/v1/session/totp', { body: { ticket, code: code.value } })).recovery_codes);
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  return (
    <form class="card form" onSubmit={save}>
      <h3>Authenticator app</h3>
      <p>
        Type this key into your app, or <a href={uri}>open it there</a> if the app is on this device:
      </p>
      <p class="code" id="totp-secret">
        {secret.match(/.{1,4}/g)?.join(' ')}
      </p>
      <Field label="Code that the app shows" value={code} required autoComplete="one-time-code" />
      <Failure reason={failure.value} />
      <div class="actions">
        <button type="submit" class="button main">
          Add the app
        </button>
        <button type="button" class="button plain" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
