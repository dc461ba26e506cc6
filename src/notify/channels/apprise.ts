import { Type } from 'typebox';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, UrlField, withLinks } from './fields.ts';

/** A configuration of the Apprise API, which forwards to services that have no channel here. */
export const apprise = channel({
  kind: 'apprise',
  title: 'Apprise',
  settings: Type.Object(
    { url: UrlField('the URL of a configuration', { examples: ['https://apprise.example.com/notify/key'] }) },
    { additionalProperties: false, title: 'AppriseSettings' },
  ),
  secretFields: ['url'],
  interval: 0,
  target: ({ url }) => hostOf(url),
  urls: ({ url }) => [url],
  send({ url }, { title, text, url: page, acknowledgeUrl, facts }, parts) {
    const good = facts.kind === 'resolved' || facts.kind === 'sight_returned';
    const type = good ? 'success' : facts.severity === 'page' ? 'failure' : 'warning';
    const body = { title, body: withLinks(text, page, acknowledgeUrl), type, format: 'text' };
    return post(
      parts.http,
      url,
      {
        body,
        means: (status) => {
          if (status === 204) return { status: 'rejected', reason: 'the configuration is unknown or has no services' };
          if (status === 424) return { status: 'retry', reason: 'some services of the configuration failed (424)' };
          return undefined;
        },
      },
      parts,
    );
  },
});
