import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { hostOf, UrlField, withLinks } from './fields.ts';

/** A webhook of Discord, which knows no idempotency key. */
export const discord = channel({
  kind: 'discord',
  title: 'Discord',
  settings: Type.Object(
    { url: UrlField('the URL of a webhook', { examples: ['https://discord.com/api/webhooks/1/secret'] }) },
    { additionalProperties: false, title: 'DiscordSettings' },
  ),
  secretFields: ['url'],
  interval: 2_000,
  target: ({ url }) => hostOf(url),
  urls: ({ url }) => [url],
  send({ url }, { title, text, url: page, acknowledgeUrl }, parts) {
    const links = withLinks('', page, acknowledgeUrl);
    const body = {
      content: `**${plain(cut(title, 200))}**`,
      embeds: [{ description: [cut(plain(text), 3_000), links].filter((part) => part !== '').join('\n\n') }],
      allowed_mentions: { parse: [] },
    };
    // 404: the webhook was deleted.
    return post(parts.http, url, { body, gone: [404] }, parts);
  },
});

/** Text in which nothing is Markdown. */
function plain(text: string): string {
  return text.replace(/[\\*_~`|[\]<>#]/g, '\\$&');
}
