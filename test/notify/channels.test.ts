import type { TestContext } from 'node:test';
import { CHANNELS } from '../../src/notify/channels/registry.ts';
import { mailServer } from '../support/mail-server.ts';
import { channelParts, httpSettings, mailParts } from '../support/notify.ts';
import { type Behavior, Receiver } from '../support/receiver.ts';
import { channelContract } from './contract.ts';

/** Long enough for a machine under load; a server that never answers is given little. */
const timeoutFor = (behavior: Behavior | 'closed') => (behavior === 'never' ? 200 : 60_000);

/** Nothing listens on this port, which is reserved. */
const NOWHERE = 'http://127.0.0.1:1';

const GONE_ON_404 = ['web_push', 'slack', 'teams', 'discord'];

for (const { kind } of CHANNELS.filter(({ kind }) => kind !== 'mail')) {
  channelContract(
    kind,
    {
      notFound: GONE_ON_404.includes(kind) ? 'gone' : 'rejected',
      forbidden: kind === 'telegram' ? 'gone' : 'rejected',
    },
    async (t, behavior) => {
      const url = behavior === 'closed' ? NOWHERE : (await Receiver.open(t, behavior)).url;
      return { settings: httpSettings(kind, url), parts: channelParts(t, url, timeoutFor(behavior)) };
    },
  );
}

/** The replies of SMTP that mean the same. */
async function mailPlace(t: TestContext, behavior: Behavior | 'closed') {
  const settings = { to: 'ops@example.com' };
  if (behavior === 'closed') return { settings, parts: mailParts(t, 1, 60_000) };
  if (behavior === 'cut') return undefined;
  const server = await mailServer(t, { silent: behavior === 'never' });
  if (typeof behavior !== 'string') {
    const { status, headers, body } = behavior;
    if (headers !== undefined || [403, 404, 410].includes(status)) return undefined;
    if (status === 500) server.refuse('451 500 try later');
    if (status === 400) server.refuse(`550 400 ${body?.replaceAll('\n', '')}`);
  }
  return { settings, parts: mailParts(t, server.port, timeoutFor(behavior)) };
}

channelContract('mail', { notFound: 'rejected', forbidden: 'rejected' }, mailPlace);
