import type { Invitation } from '../../../api/schema.ts';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { Instant } from '../../parts/time.tsx';
import { call } from '../../state/api.ts';

/** An invitation with the user that it is for. */
export interface Invited extends Invitation {
  readonly name: string;
}

/** Creates a link with which a user signs in for the first time. */
export async function invite({ user_id, name }: { readonly user_id: string; readonly name: string }): Promise<Invited> {
  return { ...(await call('POST /api/v1/users/{user_id}/invitation', { path: { user_id } })), name };
}

export function InvitationLink({ invited, onDone }: { readonly invited: Invited; readonly onDone: () => void }) {
  const { name, url, expires_at, mailed_to } = invited;
  return (
    <ShownOnce title={`Invitation link for ${name}`} secret={url} onDone={onDone}>
      {mailed_to === null ? `Send it to ${name}. ` : `It was also sent to ${mailed_to}. `}
      The link works once, until <Instant utc={expires_at} as="date" />, and is shown only now.
    </ShownOnce>
  );
}
