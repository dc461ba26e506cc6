import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, UrlField } from './fields.ts';

/** A workflow of Microsoft Teams that posts an Adaptive Card; it knows no idempotency key. */
export const teams = channel({
  kind: 'teams',
  title: 'Microsoft Teams',
  settings: Type.Object(
    { url: UrlField('the URL of the workflow "Post to a channel when a webhook request is received"') },
    { additionalProperties: false, title: 'TeamsSettings' },
  ),
  secretFields: ['url'],
  interval: 1_000,
  target: ({ url }) => hostOf(url),
  urls: ({ url }) => [url],
  send({ url }, { title, text, url: page, acknowledgeUrl }, parts) {
    const card = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      ...{ type: 'AdaptiveCard', version: '1.4' },
      body: [
        { type: 'TextBlock', text: plain(cut(title, 200)), weight: 'bolder', size: 'medium', wrap: true },
        // Markdown joins lines; a blank line between them keeps them apart.
        { type: 'TextBlock', text: plain(cut(text, 8_000)).replaceAll('\n', '\n\n'), wrap: true },
      ],
      actions: [
        ...(page === undefined ? [] : [{ type: 'Action.OpenUrl', title: 'Details', url: page }]),
        ...(acknowledgeUrl === undefined
          ? []
          : [{ type: 'Action.OpenUrl', title: 'Acknowledge', url: acknowledgeUrl }]),
      ],
    };
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card };
    // 404: the workflow was deleted.
    return post(parts.http, url, { body: { type: 'message', attachments: [attachment] }, gone: [404] }, parts);
  },
});

/** Text in which nothing is Markdown. */
function plain(text: string): string {
  return text.replace(/[\\*_~`[\]#<>]/g, '\\$&').replace(/^(\s*)([-+]|\d+\.)(\s)/gm, '$1\\$2$3');
}
