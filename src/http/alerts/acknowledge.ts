import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Acknowledgeable, AcknowledgeLinks } from '../../alerts/acknowledge-links.ts';
import { UserError } from '../../lib/errors.ts';
import { type Html, html } from '../docs/html.ts';
import type { Routes } from '../types.ts';

const POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const Token = Type.Object({ token: Type.String({ maxLength: 1_000 }) });
const PAGE = { description: 'a page for people', content: { 'text/html': { schema: Type.Unsafe<unknown>({}) } } };

/**
 * The link in a message with which its recipient acknowledges incidents without signing in. Opening it changes nothing,
 * since mail programs open links by themselves; its button does.
 */
export function acknowledgeRoutes(links: AcknowledgeLinks): Routes {
  return async (app) => {
    app.get(
      '/acknowledge/:token',
      {
        config: { access: 'public' },
        // The token is in the URL.
        logLevel: 'warn',
        schema: {
          hide: true,
          operationId: 'showAcknowledgePage',
          summary: 'The page of a link that acknowledges incidents',
          tags: ['alerts'],
          params: Token,
          response: { 200: PAGE, 404: PAGE },
        },
      },
      ({ params }, reply) => answer(reply, async () => question(await links.find(params.token))),
    );

    app.post(
      '/acknowledge/:token',
      {
        config: { access: 'public' },
        logLevel: 'warn',
        schema: {
          hide: true,
          operationId: 'useAcknowledgeLink',
          summary: 'Acknowledge the incidents of a link',
          tags: ['alerts'],
          params: Token,
          response: { 200: PAGE, 404: PAGE },
        },
      },
      ({ params }, reply) => answer(reply, async () => thanks(await links.use(params.token))),
    );
  };
}

async function answer(reply: FastifyReply, work: () => Promise<Html>): Promise<FastifyReply> {
  try {
    return send(reply, 200, 'Acknowledge', await work());
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') throw error;
    return send(
      reply,
      404,
      'Link not valid',
      html`<p>This link has expired or was used. Open the dashboard instead.</p>`,
    );
  }
}

function send(reply: FastifyReply, status: number, title: string, content: Html): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>`;
  return (
    reply
      .code(status)
      .header('content-security-policy', POLICY)
      // With no referrer at all, browsers would not say that the button is on our own page.
      .header('referrer-policy', 'same-origin')
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page.text)
  );
}

function question({ incidents, by }: Acknowledgeable): Html {
  if (incidents.length === 0)
    return html`<p>There is nothing left to acknowledge: it has ended, or somebody was faster.</p>`;
  return html`<p>${about(incidents)}</p>
<form method="post"><button type="submit">Acknowledge as ${by}</button></form>`;
}

function thanks({ incidents }: Acknowledgeable): Html {
  if (incidents.length === 0) return html`<p>There was nothing left to acknowledge.</p>`;
  return html`<p>Acknowledged. ${about(incidents)}</p>`;
}

function about(incidents: Acknowledgeable['incidents']): string {
  const [first] = incidents;
  const subject = first?.storeId ?? (first?.kind === 'mass_outage' ? 'a mass outage' : 'the monitor');
  const rest = incidents.length === 1 ? '' : ` and ${incidents.length - 1} more`;
  return `Incidents: ${subject}${rest}.`;
}
