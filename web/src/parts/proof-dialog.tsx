import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { reasonOf } from '../state/api.ts';
import type { Asked } from '../state/proof.ts';
import { session } from '../state/session.ts';
import { Field } from './field.tsx';

const { call } = client();

/** Asks somebody who is signed in to prove who they are before they change what people can do. */
export default function ProofDialog({ asked }: { readonly asked: Asked }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const password = useSignal('');
  const failure = useSignal<string | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async (event: Event) => {
    event.preventDefault();
    failure.value = undefined;
    try {
      await call('POST /api/v1/session/reauthenticate', { body: { password: password.value } });
      asked.answer(true);
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  const { value } = session;
  const login = value.kind === 'somebody' ? value.me.user?.login : undefined;
  return (
    <dialog ref={dialog} aria-labelledby="proof" onCancel={() => asked.answer(false)}>
      <form class="form" onSubmit={confirm}>
        <h2 id="proof">Confirm that it is you</h2>
        <p class="small">
          You are about to change what people can do. Your last sign-in as {login} was more than 10 minutes ago.
        </p>
        <Field label="Password" type="password" value={password} required autoComplete="current-password" />
        {failure.value !== undefined && (
          <p class="banner" data-kind="trouble" role="alert">
            {failure.value}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="button main">
            Confirm
          </button>
          <button type="button" class="button plain" onClick={() => asked.answer(false)}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
