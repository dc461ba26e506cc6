import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Acknowledgeable, AcknowledgeLinks } from '../../alerts/acknowledge-links.ts';
import { UserError } from '../../lib/errors.ts';
import type { IncidentRecord } from '../../storage/ports/alerts.ts';
import { type Html, html } from '../docs/html.ts';
import type { Routes } from '../types.ts';

const POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The incidents that the page lists. */
const MOST_LISTED = 10;

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

function question(found: Acknowledgeable): Html {
  if (found.incidents.length === 0) {
    return html`<p>Nothing is left to acknowledge: it has ended, or somebody has acknowledged it already.</p>`;
  }
  return html`${subjects(found)}
<form method="post"><button type="submit">Acknowledge as ${found.by}</button></form>`;
}

function thanks(found: Acknowledgeable): Html {
  if (found.incidents.length === 0) return html`<p>Nothing was left to acknowledge.</p>`;
  return html`<p>Acknowledged:</p>${subjects(found)}`;
}

function subjects({ incidents, storeNames }: Acknowledgeable): Html {
  const more = incidents.length - MOST_LISTED;
  return html`<ul>${incidents.slice(0, MOST_LISTED).map((incident) => html`<li>${subject(incident, storeNames)}</li>`)}</ul>
${more > 0 ? html`<p>and ${more} more</p>` : ''}`;
}

function subject({ kind, storeId, label, value }: IncidentRecord, names: Acknowledgeable['storeNames']): string {
  if (kind === 'mass_outage') return label ? `Mass outage: ${label}: ${value}` : 'Mass outage';
  return storeId === undefined ? 'The monitor cannot observe stores' : (names.get(storeId) ?? storeId);
}
