import { useSignal } from '@preact/signals';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { call } from '../state/api.ts';

/** Requests a link by mail to set a new password. */
export default function ForgotPassword({ onBack }: { readonly onBack: () => void }) {
  const login = useSignal('');
  const sent = useSignal(false);
  if (sent.value) {
    return (
      <div class="form">
        <h1>Check your email</h1>
        <p role="status">
          If there is an account for <strong>{login.value}</strong> with an email address, we sent it a link. The link
          works once, within one hour.
        </p>
        <div class="actions">
          <button type="button" class="button" onClick={onBack}>
            Back to sign-in
          </button>
        </div>
      </div>
    );
  }
  return (
    <Form
      class="form"
      button="Send link"
      onCancel={onBack}
      save={async () => {
        await call('POST /api/v1/session/password-reset', { body: { login: login.value } });
        sent.value = true;
      }}
    >
      <h1>Reset your password</h1>
      <p class="small quiet">We'll send you a link to set a new password.</p>
      <Field label="Login or email address" value={login} name="username" autoComplete="username" required />
    </Form>
  );
}
