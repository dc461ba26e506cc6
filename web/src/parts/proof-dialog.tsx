import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../../api/client.ts';
import type { Proof } from '../../api/schema.ts';
import { hasPasskeys, usePasskey } from '../lib/passkeys.ts';
import type { Asked } from '../state/proof.ts';
import { session } from '../state/session.ts';
import { useSubmit } from '../state/submit.ts';
import { Failure } from './failure.tsx';
import { Field } from './field.tsx';
import { SingleSignOn } from './single-sign-on.tsx';

const { call } = client();

/** Asks a signed-in user to reauthenticate before a change of access. */
export default function ProofDialog({ asked }: { readonly asked: Asked }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const password = useSignal('');
  const code = useSignal('');
  const { busy, error, run } = useSubmit();
  useEffect(() => dialog.current?.showModal(), []);
  const show = (proof: () => Promise<Proof>) =>
    run(async () => {
      await call('POST /api/v1/session/reauthenticate', { body: await proof() });
      asked.answer(true);
    });
  const { value } = session;
  const login = value.kind === 'signed-in' ? value.me.user?.login : undefined;
  return (
    <dialog ref={dialog} aria-labelledby="proof" onCancel={() => asked.answer(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          show(async () => (code.value === '' ? { password: password.value } : { code: code.value }));
        }}
      >
        <h2 id="proof">Confirm that it's you</h2>
        <p class="small">
          You are about to change what people can do. Your last sign-in as {login} was more than 10 minutes ago. Your
          password or a code is enough.
        </p>
        <Field label="Password" type="password" value={password} autoComplete="current-password" />
        <Field
          label="Code"
          value={code}
          autoComplete="one-time-code"
          hint="From your authenticator app, or a recovery code."
        />
        <Failure error={error} />
        <div class="actions">
          <button type="submit" class="button main" aria-disabled={busy}>
            Confirm
          </button>
          {hasPasskeys() && (
            <button
              type="button"
              class="button"
              onClick={() =>
                show(async () => ({ passkey: await usePasskey(await call('POST /api/v1/session/passkey-options')) }))
              }
            >
              Use a passkey
            </button>
          )}
          <SingleSignOn verb="Confirm with" reauthenticate />
          <button type="button" class="button plain" onClick={() => asked.answer(false)}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
