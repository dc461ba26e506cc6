import { client } from '../../api/client.ts';
import type { SignInOptions } from '../../api/schema.ts';
import { useLoad } from '../state/load.ts';
import { hereWith, param } from '../state/place.ts';
import { Failure } from './failure.tsx';

const { call } = client();

const REASONS: Readonly<Record<string, string>> = {
  expired: 'The sign-in took too long or began in another browser. Try again.',
  refused: 'The identity provider did not confirm who you are. Try again.',
  no_access: 'Your account has no access here. Ask an admin.',
  other_user: 'You signed in as a different user. Nothing has changed.',
};

/** Why the last sign-in with the identity provider failed, from the URL. */
export function SignInNotice() {
  return <Failure error={REASONS[param('sign_in')]} />;
}

/** What the server offers besides passwords and passkeys; `undefined` while it is loading. */
export function useSignInOptions(): SignInOptions | undefined {
  return useLoad('how to sign in', (signal) => call('GET /api/v1/session/options', { signal })).data;
}

interface SingleSignOnProps {
  /** The text before the name of the provider. */
  readonly verb: string;
  /** Asks the user to reauthenticate. */
  readonly reauthenticate?: boolean;
}

/** A link to the identity provider, if one is configured, which returns to this page. */
export function SingleSignOn({ verb, reauthenticate = false }: SingleSignOnProps) {
  const { oidc } = useSignInOptions() ?? {};
  if (!oidc) return null;
  const query = new URLSearchParams({
    return_to: hereWith({ sign_in: undefined }),
    ...(reauthenticate && { reauthenticate: 'true' }),
  });
  return (
    <a class="button" href={`/api/v1/session/oidc?${query}`}>
      {verb} {oidc.label}
    </a>
  );
}
