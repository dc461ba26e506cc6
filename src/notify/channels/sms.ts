import { Type } from 'typebox';
import { cut } from '../../lib/text.ts';
import { channel } from '../channel.ts';
import { post } from '../post.ts';
import { SecretField } from './fields.ts';

const PHONE = '\\+[1-9]\\d{6,14}';
/** Three or four parts of an SMS, each of which is paid for. */
const LONGEST = 480;

/** An SMS by Twilio, which knows no idempotency key. */
export const sms = channel({
  kind: 'sms',
  title: 'SMS (Twilio)',
  settings: Type.Object(
    {
      account_sid: Type.String({ pattern: '^AC[0-9a-f]{32}$', description: 'the account of Twilio' }),
      auth_token: SecretField('its secret', { pattern: '^[A-Za-z0-9]{16,64}$' }),
      from: Type.String({
        pattern: `^(${PHONE}|MG[0-9a-f]{32})$`,
        description: 'a phone number of the account, or a messaging service',
        examples: ['+15005550006'],
      }),
      to: Type.String({ pattern: `^${PHONE}$`, description: 'the recipient', examples: ['+34911234567'] }),
    },
    { additionalProperties: false, title: 'SmsSettings' },
  ),
  secretFields: ['auth_token'],
  interval: 1_000,
  target: ({ to }) => to,
  send({ account_sid, auth_token, from, to }, { title, text, acknowledgeUrl, url }, parts) {
    const link = acknowledgeUrl ?? url;
    const [firstLine = ''] = text.split('\n');
    const body = new URLSearchParams({
      To: to,
      [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
      Body: [cut(`${title}\n${firstLine}`.trim(), LONGEST - (link?.length ?? 0) - 1), link]
        .filter((part) => part !== undefined)
        .join('\n'),
    });
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`,
    };
    const address = `${parts.services.twilio}/2010-04-01/Accounts/${account_sid}/Messages.json`;
    return post(parts.serviceHttp, address, { headers, body: body.toString() }, parts);
  },
});
