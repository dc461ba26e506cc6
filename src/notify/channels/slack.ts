import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, UrlField } from './fields.ts';

/** An incoming webhook of Slack, which knows no idempotency key. */
export const slack = channel({
  kind: 'slack',
  title: 'Slack',
  settings: Type.Object(
    {
      url: UrlField('the URL of an incoming webhook', { examples: ['https://hooks.slack.com/services/T0/B0/secret'] }),
    },
    { additionalProperties: false, title: 'SlackSettings' },
  ),
  secretFields: ['url'],
  interval: 1_000,
  target: ({ url }) => hostOf(url),
  urls: ({ url }) => [url],
  send({ url }, { title, text, url: page, acknowledgeUrl }, parts) {
    const links = [
      ...(page === undefined ? [] : [linkTo(page, 'Details')]),
      ...(acknowledgeUrl === undefined ? [] : [linkTo(acknowledgeUrl, 'Acknowledge')]),
    ];
    const body = {
      text: escaped(title),
      blocks: [
        // The escapes count for the limits of 150 and 3,000 characters.
        { type: 'header', text: { type: 'plain_text', text: cut(title, 150) } },
        { type: 'section', text: { type: 'mrkdwn', text: cut(escaped(text), 3_000), verbatim: true } },
        ...(links.length > 0 ? [{ type: 'section', text: { type: 'mrkdwn', text: links.join('   ') } }] : []),
      ],
      ...{ unfurl_links: false, unfurl_media: false },
    };
    // 404: `no_service` or `channel_not_found`, which the removal of an app or a channel causes.
    return post(parts.http, url, { body, gone: [404] }, parts);
  },
});

/** The three characters that Slack's markup gives a meaning in every place. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function linkTo(url: string, label: string): string {
  return `<${escaped(url)}|${label}>`;
}
