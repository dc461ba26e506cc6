import { useSignal } from '@preact/signals';
import type { SecondFactors } from '../../../api/schema.ts';
import { hasPasskeys, makePasskey } from '../../lib/passkeys.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Ago } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { readSession } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { AuthenticatorForm } from './authenticator.tsx';

/** The second factors of the signed-in user, and how to add and remove them. */
export function FactorsPart() {
  const factors = useLoad('second factors', (signal) => call('GET /api/v1/session/second-factors', { signal }));
  return (
    <Loaded of={factors} what="second factors">
      {(data) => <Factors data={data} reload={factors.reload} />}
    </Loaded>
  );
}

function Factors({ data, reload }: { readonly data: SecondFactors; readonly reload: () => void }) {
  const codes = useSignal<readonly string[] | undefined>(undefined);
  const adding = useSignal<'app' | 'passkey' | undefined>(undefined);
  const { error, run } = useSubmit();
  const changed = async (recovery?: readonly string[] | null) => {
    adding.value = undefined;
    if (recovery) codes.value = recovery;
    reload();
    await readSession();
  };
  const act = (work: () => Promise<readonly string[] | undefined>) => run(async () => changed(await work()));
  return (
    <section class="section" aria-labelledby="factors">
      <header>
        <h2 id="factors">Second factor</h2>
        {adding.value === undefined && (
          <>
            <button type="button" class="button" onClick={() => (adding.value = 'app')}>
              {data.totp ? 'Replace the authenticator app' : 'Add an authenticator app'}
            </button>
            {hasPasskeys() && (
              <button type="button" class="button" onClick={() => (adding.value = 'passkey')}>
                Add a passkey
              </button>
            )}
          </>
        )}
      </header>
      {codes.value !== undefined && <Codes codes={codes.value} onDone={() => (codes.value = undefined)} />}
      {adding.value === 'app' && <AuthenticatorForm onDone={changed} onCancel={() => (adding.value = undefined)} />}
      {adding.value === 'passkey' && <PasskeyForm onDone={changed} onCancel={() => (adding.value = undefined)} />}
      <Failure error={error} />
      <FactorTable factors={data} act={act} />
      {(data.totp || data.passkeys.length > 0) && (
        <p class="row">
          <span>{data.recovery_codes} recovery codes are left.</span>
          <button
            type="button"
            class="button"
            onClick={() => act(async () => (await call('POST /api/v1/session/recovery-codes')).recovery_codes)}
          >
            New recovery codes
          </button>
        </p>
      )}
    </section>
  );
}

interface TableProps {
  readonly factors: SecondFactors;
  readonly act: (work: () => Promise<undefined>) => void;
}

function FactorTable({ factors: { totp, passkeys }, act }: TableProps) {
  if (!totp && passkeys.length === 0) return <p class="quiet">None. You sign in with your password only.</p>;
  return (
    <ul class="rows">
      {totp && (
        <li class="row">
          <span>Authenticator app</span>
          <Remove name="authenticator app" remove={() => call('DELETE /api/v1/session/totp')} act={act} />
        </li>
      )}
      {passkeys.map(({ passkey_id, name, last_used_at }) => (
        <li key={passkey_id} class="row">
          <span>
            Passkey "{name}", {last_used_at === null ? 'never used' : <Ago at={last_used_at} />}
          </span>
          <Remove
            name={`passkey ${name}`}
            remove={() => call('DELETE /api/v1/session/passkeys/{passkey_id}', { path: { passkey_id } })}
            act={act}
          />
        </li>
      ))}
    </ul>
  );
}

interface RemoveProps {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
  readonly act: TableProps['act'];
}

function Remove({ name, remove, act }: RemoveProps) {
  return (
    <button
      type="button"
      class="button plain danger"
      onClick={() => {
        if (!confirm(`Remove the ${name}?`)) return;
        act(async () => {
          await remove();
          return undefined;
        });
      }}
    >
      Remove<span class="unseen"> the {name}</span>
    </button>
  );
}

interface FormProps {
  readonly onDone: (codes: readonly string[] | null) => void;
  readonly onCancel: () => void;
}

function PasskeyForm({ onDone, onCancel }: FormProps) {
  const name = useSignal('');
  const save = async () => {
    const answer = await makePasskey(await call('POST /api/v1/session/passkeys/options'));
    const { recovery_codes } = await call('POST /api/v1/session/passkeys', { body: { name: name.value, ...answer } });
    onDone(recovery_codes);
  };
  return (
    <Form class="card form" save={save} button="Create passkey" onCancel={onCancel}>
      <h3>New passkey</h3>
      <Field label="Name" value={name} required hint="Where it is stored, such as: my phone." />
    </Form>
  );
}

function Codes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <div class="banner issued" data-kind="good" role="status">
      <div>
        <h3>Recovery codes</h3>
        <ul class="code recovery">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <p class="small">Each signs you in once without your second factor. They are shown only now.</p>
      </div>
      <button type="button" class="button plain" onClick={onDone}>
        I have them
      </button>
    </div>
  );
}
