import { useSignal } from '@preact/signals';
import { Failure } from '../../parts/failure.tsx';
import { Loading, Trouble } from '../../parts/notices.tsx';
import { call, reasonOf } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { may, readSession } from '../../state/session.ts';
import { ROLES, type Role } from './roles.ts';

/** Which roles require a second factor. */
export function PolicyPart() {
  const { data, error, reload } = useLoad('second factor policy', (signal) =>
    call('GET /api/v1/second-factor-policy', { signal }),
  );
  const failure = useSignal<string | undefined>(undefined);
  if (data === undefined) return error === undefined ? <Loading what="the policy" /> : <Trouble error={error} />;
  const set = async (role: Role, required: boolean) => {
    failure.value = undefined;
    try {
      const roles = [...data.roles.filter((one) => one !== role), ...(required ? [role] : [])];
      await call('PUT /api/v1/second-factor-policy', { body: { roles } });
      await readSession();
    } catch (error) {
      failure.value = reasonOf(error);
    }
    reload();
  };
  return (
    <fieldset class="card policy">
      <legend class="legend">A second factor is required of</legend>
      <div class="row">
        {ROLES.map(({ role, words }) => (
          <label key={role} class="tick">
            <input
              type="checkbox"
              checked={data.roles.includes(role)}
              disabled={!may('people:write')}
              onChange={({ currentTarget }) => set(role, currentTarget.checked)}
            />
            <span>{words}s</span>
          </label>
        ))}
      </div>
      <p class="small quiet">
        Who has none yet can add one at the next sign-in, and nothing else until then. API keys go on.
      </p>
      <Failure reason={failure.value} />
    </fieldset>
  );
}
