import { Failure } from '../../parts/failure.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { call } from '../../state/api.ts';
import { useLoad } from '../../state/load.ts';
import { may, readSession } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { ROLES, type Role } from './roles.ts';

/** Which roles require a second factor. */
export function PolicyPart() {
  const policy = useLoad('second factor policy', (signal) => call('GET /api/v1/second-factor-policy', { signal }));
  const { error, run } = useSubmit();
  const set = async (roles: readonly Role[]) => {
    await run(async () => {
      await call('PUT /api/v1/second-factor-policy', { body: { roles } });
      await readSession();
    });
    policy.reload();
  };
  return (
    <fieldset class="card policy">
      <legend class="legend">Require a second factor for</legend>
      <div class="row">
        <Loaded of={policy} what="the policy">
          {({ roles }) =>
            ROLES.map(({ role, words }) => (
              <label key={role} class="tick">
                <input
                  type="checkbox"
                  checked={roles.includes(role)}
                  disabled={!may('users:write')}
                  onChange={({ currentTarget }) => {
                    const others = roles.filter((one) => one !== role);
                    set(currentTarget.checked ? [...others, role] : others);
                  }}
                />
                <span>{words}s</span>
              </label>
            ))
          }
        </Loaded>
      </div>
      <p class="small quiet">Users without one have to add it at their next sign-in. API keys are not affected.</p>
      <Failure error={error} />
    </fieldset>
  );
}
