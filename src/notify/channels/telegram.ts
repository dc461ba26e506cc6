import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel, type SendResult } from '../channel.ts';
import { answerOf, post } from '../post.ts';
import { SecretField, withLinks } from './fields.ts';

const LONGEST = 4_096;

/** A bot of Telegram, which knows no idempotency key. */
export const telegram = channel({
  kind: 'telegram',
  title: 'Telegram',
  settings: Type.Object(
    {
      token: SecretField('the token of the bot', { pattern: '^\\d+:[A-Za-z0-9_-]{20,100}$' }),
      chat_id: Type.String({
        pattern: '^(-?\\d{1,20}|@[A-Za-z0-9_]{4,64})$',
        description: 'the chat, group or channel',
        examples: ['-1001234567890'],
      }),
    },
    { additionalProperties: false, title: 'TelegramSettings' },
  ),
  secretFields: ['token'],
  // One message a second to a chat, and 20 a minute to a group.
  interval: 3_000,
  target: ({ chat_id }) => chat_id,
  send({ token, chat_id }, { title, text, url, acknowledgeUrl }, parts) {
    const links = withLinks('', url, acknowledgeUrl);
    const body = {
      ...{ chat_id, link_preview_options: { is_disabled: true } },
      text: [cut(`${title}\n\n${text}`, LONGEST - links.length - 2), links].filter((part) => part !== '').join('\n\n'),
    };
    const address = `${parts.services.telegram}/bot${token}/sendMessage`;
    // 403: the bot was blocked or removed from the chat.
    return post(parts.serviceHttp, address, { body, gone: [403], means: slowDown }, parts);
  },
});

/** Telegram says in the body how long to wait. */
function slowDown(status: number, body: string): SendResult | undefined {
  if (status !== 429) return undefined;
  const [, seconds] = /"retry_after"\s*:\s*(\d{1,5})/.exec(body) ?? [];
  if (seconds === undefined) return undefined;
  return { status: 'retry', reason: answerOf(status, body), after: Number(seconds) * 1_000 };
}
