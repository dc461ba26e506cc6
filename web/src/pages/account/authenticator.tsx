import { useSignal } from '@preact/signals';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';

interface Props {
  readonly onDone: (codes: readonly string[] | null) => void;
  readonly onCancel: () => void;
}

/** Adds an authenticator app: shows a secret for it, and asks for a code from it. */
export function AuthenticatorForm({ onDone, onCancel }: Props) {
  const offered = useLoad('a secret', (signal) => call('POST /api/v1/session/totp', { signal }));
  const code = useSignal('');
  return (
    <Loaded of={offered} what="a secret">
      {({ secret, uri, ticket }) => (
        <Form
          class="card form"
          save={async () => {
            const body = { ticket, code: code.value };
            onDone((await call('PUT /api/v1/session/totp', { body })).recovery_codes);
          }}
          button="Add app"
          onCancel={onCancel}
        >
          <h3>Authenticator app</h3>
          <p>
            Type this key into your app, or <a href={uri}>open it there</a> if the app is on this device:
          </p>
          <p class="code" id="totp-secret">
            {secret.match(/.{1,4}/g)?.join(' ')}
          </p>
          <Field label="Code that the app shows" value={code} required autoComplete="one-time-code" />
        </Form>
      )}
    </Loaded>
  );
}
