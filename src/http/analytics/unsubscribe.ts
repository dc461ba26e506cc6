import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { UserError } from '../../lib/errors.ts';
import { type Html, html } from '../../lib/html.ts';
import type { UnsubscribeLinks } from '../../subscriptions/unsubscribe-links.ts';
import { PAGE, sendPage } from '../plain-page.ts';
import type { Routes } from '../types.ts';
import { tags } from './schemas.ts';

const Token = Type.Object({ token: Type.String({ maxLength: 1_000 }) });

/**
 * The link in a mail with which its recipient unsubscribes without signing in. Opening it changes nothing, since mail
 * programs open links by themselves; its button does, and so does the button of a mail program (RFC 8058).
 */
export function unsubscribeRoutes(links: UnsubscribeLinks): Routes {
  return async (app) => {
    // The form of a mail program has the field `List-Unsubscribe`, which says nothing that the link does not.
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async () => undefined);

    app.get(
      '/unsubscribe/:token',
      {
        config: { access: 'public' },
        // The token is in the URL.
        logLevel: 'warn',
        schema: {
          hide: true,
          operationId: 'showUnsubscribePage',
          summary: 'The page of a link that ends a subscription',
          tags,
          params: Token,
          response: { 200: PAGE, 404: PAGE },
        },
      },
      ({ params }, reply) =>
        answer(reply, async () => {
          const { question } = await links.find(params.token);
          if (question === undefined) return html`<p>You are not subscribed anymore.</p>`;
          return html`<p>You no longer want to get “${question}”?</p>
<form method="post"><button type="submit">Unsubscribe</button></form>`;
        }),
    );

    app.post(
      '/unsubscribe/:token',
      {
        config: { access: 'public' },
        logLevel: 'warn',
        schema: {
          hide: true,
          operationId: 'useUnsubscribeLink',
          summary: 'End the subscription of a link',
          tags,
          params: Token,
          response: { 200: PAGE, 404: PAGE },
        },
      },
      ({ params }, reply) =>
        answer(reply, async () => {
          await links.use(params.token);
          return html`<p>You are unsubscribed.</p>`;
        }),
    );
  };
}

async function answer(reply: FastifyReply, work: () => Promise<Html>): Promise<FastifyReply> {
  try {
    return sendPage(reply, 200, 'Unsubscribe', await work());
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') throw error;
    return sendPage(reply, 404, 'Link not valid', html`<p>This link is not one of this server.</p>`);
  }
}
