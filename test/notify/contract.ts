import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { ChannelParts, Message, SendResult } from '../../src/notify/channel.ts';
import { channelOf } from '../../src/notify/channels/registry.ts';
import type { Behavior } from '../support/receiver.ts';

export const T = Date.parse('2026-11-27T18:05:00Z');
export const ID = '6f1d8a52-3c0b-4b7e-9f0a-2d5c8e7b1a90';

export const MESSAGE: Message = {
  ...{ id: ID, title: 'Al’s *Diner* <&> is down', text: 'Since 12:05\n- 13:05 inactive: PAUSED_[now]' },
  ...{ url: 'https://monitor.example.com/incidents/i', acknowledgeUrl: 'https://monitor.example.com/ack#t' },
  facts: {
    ...{ kind: 'opened', severity: 'page', at: T, incidentId: 'i', rule: 'Down', more: 0, canAcknowledge: true },
    page: '/incidents/i',
    stores: [
      {
        ...{ id: 'al', name: 'Al’s *Diner* <&>', labels: { city: 'Austin' }, zone: 'America/Chicago', downSince: T },
        ...{ lost: 3_600_000, polls: [{ at: T, active: false, reason: 'closed_by_store: PAUSED' }] },
      },
    ],
  },
};

/** Where a channel sends to in a test. */
export interface Place {
  readonly settings: unknown;
  readonly parts: ChannelParts;
}

/** What a channel does about answers that channels understand differently. */
interface Differences {
  readonly notFound: SendResult['status'];
  readonly forbidden: SendResult['status'];
}

/**
 * What every channel must do with the behavior of a real server.
 *
 * @param open a place that behaves in this way; `undefined`: the protocol of the channel has no such behavior
 */
export function channelContract(
  kind: string,
  { notFound, forbidden }: Differences,
  open: (t: TestContext, behavior: Behavior | 'closed') => Promise<Place | undefined>,
): void {
  suite(`channel ${kind}`, () => {
    const sending = (t: TestContext, behavior: Behavior | 'closed') =>
      open(t, behavior).then((place) => {
        if (place === undefined) return undefined;
        return channelOf(kind)?.send(place.settings as never, MESSAGE, place.parts);
      });
    const expects = (name: string, behavior: Behavior | 'closed', expected: Partial<SendResult>, reason?: RegExp) =>
      test(name, async (t) => {
        const result = await sending(t, behavior);
        if (result === undefined) return t.skip('the protocol has no such answer');
        const { reason: said = '', ...rest } = { reason: '', ...result };
        assert.deepEqual({ after: undefined, ...rest }, { after: undefined, ...expected });
        if (reason !== undefined) assert.match(said, reason);
      });

    expects('an accepted message is sent', { status: 200 }, { status: 'sent' });
    expects('a slow server is waited for', 'slow', { status: 'sent' });
    const busy = { status: 429, headers: { 'retry-after': '7' } };
    expects('429 is tried again after the time that it asks for', busy, { status: 'retry', after: 7_000 }, /429/);
    const later = { status: 503, headers: { 'retry-after': 'Fri, 27 Nov 2026 18:06:00 GMT' } };
    expects('a date of Retry-After is respected', later, { status: 'retry', after: 60_000 }, /503/);
    expects('a temporary failure is tried again', { status: 500 }, { status: 'retry' });
    expects('a server that never answers is tried again', 'never', { status: 'retry' });
    expects('a connection that breaks off is tried again', 'cut', { status: 'retry' });
    expects('a server that is not there is tried again', 'closed', { status: 'retry' });
    expects('410 says that the address is gone', { status: 410 }, { status: 'gone' }, /410/);
    expects('404', { status: 404 }, { status: notFound }, /404/);
    expects('403', { status: 403 }, { status: forbidden }, /403/);
    const wrong = { status: 400, body: '{"error":\n"invalid_blocks"}' };
    expects('a rejected message is not tried again', wrong, { status: 'rejected' }, /400.*invalid_blocks/);
    const moved = { status: 302, headers: { location: 'http://127.0.0.1:9/' } };
    expects('redirects are not followed', moved, { status: 'rejected' }, /redirects \(302\), expected the final URL/);
  });
}
