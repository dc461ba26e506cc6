import type { Channel, ContactPoint } from '../../../api/schema.ts';
import { timeText, weekdayNames } from '../../lib/clock.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Link } from '../../parts/link.tsx';
import { call } from '../../state/api.ts';
import { may } from '../../state/session.ts';
import { useSubmit } from '../../state/submit.ts';
import { TestButton } from './test-button.tsx';

interface Props {
  readonly point: ContactPoint;
  readonly channels: readonly Channel[];
  /** `undefined`: another contact point is being edited. */
  readonly onEdit: (() => void) | undefined;
  readonly onChanged: () => void;
}

/** A contact point, with what can be done with it. */
export function PointCard({ point, channels, onEdit, onChanged }: Props) {
  const {
    contact_point_id,
    name,
    channel,
    target,
    enabled,
    notice,
    time_zone: zone,
    quiet_hours: quiet,
    digest,
  } = point;
  const path = { contact_point_id };
  const { busy, error, run } = useSubmit();
  const toggle = async () => {
    await call('PATCH /api/v1/contact-points/{contact_point_id}', { path, body: { enabled: !enabled } });
    onChanged();
  };
  const title = channels.find((one) => one.channel === channel)?.title ?? channel;
  return (
    <article class="card contact-point" aria-label={name}>
      <header>
        <h3>{name}</h3>
        {!enabled && <span class="tag">disabled</span>}
      </header>
      <p>
        {title}: <span class="code">{target}</span>
      </p>
      <p class="small quiet">
        {quiet === null
          ? `No quiet hours · ${zone}`
          : `Quiet from ${timeText(quiet.start)} to ${timeText(quiet.end)} (${zone})` +
            (quiet.hold_pages ? ', pages wait, too' : ', except for pages')}
      </p>
      {digest !== null && <p class="small quiet">{digestWords(digest)}</p>}
      {notice !== null && (
        <p class="banner" data-kind="warning">
          Disabled: {notice}
        </p>
      )}
      <p class="small">
        <Link href={`/deliveries?contact_point=${contact_point_id}`}>Messages</Link>
      </p>
      {may('alerts:write') && (
        <div class="row">
          {enabled && <TestButton id={contact_point_id} />}
          {onEdit !== undefined && (
            <button type="button" class="button" onClick={onEdit}>
              Edit
            </button>
          )}
          <button type="button" class="button" disabled={busy} onClick={() => run(toggle)}>
            {enabled ? 'Disable' : 'Enable'}
          </button>
          <ConfirmButton
            words="Delete"
            question="Messages to it that are waiting are canceled."
            confirm="Delete contact point"
            action={async () => {
              await call('DELETE /api/v1/contact-points/{contact_point_id}', { path });
              onChanged();
            }}
          />
        </div>
      )}
      <Failure error={error} />
    </article>
  );
}

function digestWords({ time, day }: NonNullable<ContactPoint['digest']>): string {
  const days = day === null || day === undefined ? 'every day' : `every week, on ${weekdayNames()[day]}`;
  return `Digest ${days} at ${timeText(time)}`;
}
