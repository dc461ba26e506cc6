import { useSignal } from '@preact/signals';
import type { Channel, ContactPoint } from '../../../api/schema.ts';
import { AlertTabs } from '../../parts/alert-tabs.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Empty } from '../../parts/notices.tsx';
import { call } from '../../state/api.ts';
import { useContactPoints } from '../../state/contact-points.ts';
import { useLoad } from '../../state/load.ts';
import { may } from '../../state/session.ts';
import { PointCard } from './point-card.tsx';
import { PointForm } from './point-form.tsx';
import './contact-points.css';

/** The contact points of the user and, for operators and admins, of the team. */
export default function ContactPointsPage() {
  const points = useContactPoints();
  const channels = useLoad('channels', async (signal) => (await call('GET /api/v1/channels', { signal })).items);
  /** The ID of the contact point that is edited; `new`: one that does not exist yet. */
  const editing = useSignal<string | undefined>(undefined);
  const done = (saved: boolean) => {
    editing.value = undefined;
    if (saved) points.reload();
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Contact points</h1>
          <p class="quiet">Where you and your team get messages, and at what times.</p>
        </div>
        {may('alerts:write') && editing.value === undefined && (
          <button type="button" class="button main" onClick={() => (editing.value = 'new')}>
            New contact point
          </button>
        )}
      </header>
      <AlertTabs />
      <Loaded of={channels} what="the channels">
        {(known) => (
          <>
            {editing.value === 'new' && <PointForm channels={known} onDone={done} />}
            <Loaded of={points} what="the contact points">
              {(items) =>
                items.length === 0 && editing.value === undefined ? (
                  <Empty title="No contact points yet">
                    <p>Messages about your stores reach you by email, push notification, SMS, Slack and others.</p>
                  </Empty>
                ) : (
                  <Points points={items} channels={known} editing={editing} onDone={done} onChanged={points.reload} />
                )
              }
            </Loaded>
          </>
        )}
      </Loaded>
    </>
  );
}

interface PointsProps {
  readonly points: readonly ContactPoint[];
  readonly channels: readonly Channel[];
  readonly editing: { value: string | undefined };
  readonly onDone: (saved: boolean) => void;
  readonly onChanged: () => void;
}

function Points({ points, channels, editing, onDone, onChanged }: PointsProps) {
  const parts = [
    { title: 'Yours', items: points.filter(({ team }) => !team) },
    { title: 'Team', items: points.filter(({ team }) => team) },
  ];
  return (
    <>
      {parts
        .filter(({ items }) => items.length > 0)
        .map(({ title, items }) => (
          <section key={title} class="section" aria-label={title}>
            <header>
              <h2>{title}</h2>
            </header>
            <ol class="contact-points">
              {items.map((point) => (
                <li key={point.contact_point_id}>
                  {editing.value === point.contact_point_id ? (
                    <PointForm point={point} channels={channels} onDone={onDone} />
                  ) : (
                    <PointCard
                      point={point}
                      channels={channels}
                      onEdit={
                        editing.value === undefined
                          ? () => {
                              editing.value = point.contact_point_id;
                            }
                          : undefined
                      }
                      onChanged={onChanged}
                    />
                  )}
                </li>
              ))}
            </ol>
          </section>
        ))}
    </>
  );
}
