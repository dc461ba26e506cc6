import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, SecretField, UrlField } from './fields.ts';

/** A topic of ntfy. Who knows its name can read it, so it is a secret. */
export const ntfy = channel({
  kind: 'ntfy',
  title: 'ntfy',
  settings: Type.Object(
    {
      server: UrlField('the address of the server', { default: 'https://ntfy.sh', examples: ['https://ntfy.sh'] }),
      topic: SecretField('the name of the topic: letters, digits, hyphens and underscores', {
        pattern: '^[A-Za-z0-9_-]{1,64}$',
      }),
      token: Type.Optional(SecretField('an access token, if the server requires one')),
    },
    { additionalProperties: false, title: 'NtfySettings' },
  ),
  secretFields: ['topic', 'token'],
  interval: 1_000,
  target: ({ server }) => hostOf(server),
  urls: ({ server }) => [server],
  send({ server, topic, token }, { id, title, text, url, acknowledgeUrl, facts }, parts) {
    const body = {
      ...{ topic, title: cut(title, 250), message: cut(text, 3_000) },
      // A repeated message replaces the one before.
      sequence_id: id,
      priority: facts.severity === 'page' ? 5 : 3,
      ...(url !== undefined && { click: url }),
      ...(acknowledgeUrl !== undefined && { actions: [{ action: 'view', label: 'Acknowledge', url: acknowledgeUrl }] }),
    };
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return post(parts.http, server, { headers, body }, parts);
  },
});
