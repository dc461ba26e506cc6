import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Acknowledgeable, AcknowledgeLinks } from '../../alerts/acknowledge-links.ts';
import { beganEarlier } from '../../alerts/store-incidents.ts';
import { DEFAULT_ZONE } from '../../calendar/tzdb.ts';
import { UserError } from '../../lib/errors.ts';
import { storeTimes, timeIn } from '../../notify/messages/words.ts';
import type { IncidentRecord } from '../../storage/ports/alerts.ts';
import { Html, html } from '../docs/html.ts';
import type { Routes } from '../types.ts';

const STYLE = `
:root { color-scheme: light dark; --paper: light-dark(#faf9f6, #141412); --ink: light-dark(#1d1c19, #f0eee8); --quiet: light-dark(#5c594f, #b3afa4); --line: light-dark(#dfdcd3, #3a3832); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none; border-top: 1px solid var(--line); }
li { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
li strong { display: block; }
p, li span { color: var(--quiet); }
button { width: 100%; min-height: 3rem; padding: 0.5rem 1rem; border: 0; border-radius: 0.5rem; background: var(--ink); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; }
button:focus-visible { outline: 3px solid #2f6fd6; outline-offset: 2px; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

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
<style>${new Html(STYLE)}</style>
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
<p>This stops reminders and escalation.</p>
<form method="post"><button type="submit">Acknowledge as ${found.by}</button></form>`;
}

function thanks(found: Acknowledgeable): Html {
  if (found.incidents.length === 0) return html`<p>Nothing was left to acknowledge.</p>`;
  return html`<p>Acknowledged:</p>${subjects(found)}`;
}

function subjects({ incidents, stores, zone }: Acknowledgeable): Html {
  const more = incidents.length - MOST_LISTED;
  return html`<ul>${incidents.slice(0, MOST_LISTED).map((incident) => html`<li><strong>${subject(incident, stores)}</strong><span>${about(incident, stores, zone)}</span></li>`)}</ul>
${more > 0 ? html`<p>and ${more} more</p>` : ''}`;
}

/** `Down since Fri, Nov 27, 12:05 (UTC−06:00) store time, Fri, Nov 27, 19:05 (UTC+01:00) your time · Two checks` */
function about(incident: IncidentRecord, stores: Acknowledgeable['stores'], zone: string): string {
  const { kind, since, storeId, ruleName } = incident;
  const store = storeId === undefined ? undefined : stores.get(storeId);
  const time = store === undefined ? timeIn(zone, since) : bothTimes(store.zone ?? DEFAULT_ZONE, zone, since);
  const what = kind === 'did_not_open' ? 'Not open since' : kind === 'blind' ? 'Since' : 'Down since';
  const earlier = beganEarlier(incident) ? ', or earlier' : '';
  return [`${what} ${time}${earlier}`, ...(ruleName === '' ? [] : [ruleName])].join(' · ');
}

function bothTimes(storeZone: string, zone: string, instant: number): string {
  const [stores, yours] = storeTimes(storeZone, zone, instant);
  return yours === null ? stores : `${stores} store time, ${yours} your time`;
}

function subject({ kind, storeId, label, value }: IncidentRecord, stores: Acknowledgeable['stores']): string {
  if (kind === 'mass_outage') return label ? `Mass outage: ${label}: ${value}` : 'Mass outage';
  return storeId === undefined ? 'The monitor cannot observe stores' : (stores.get(storeId)?.name ?? storeId);
}
