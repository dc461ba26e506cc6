import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Acknowledgeable, AcknowledgeLinks } from '../../alerts/acknowledge-links.ts';
import { beganEarlier } from '../../alerts/store-incidents.ts';
import { DEFAULT_ZONE } from '../../calendar/tzdb.ts';
import { UserError } from '../../lib/errors.ts';
import { type Html, html } from '../../lib/html.ts';
import { storeTimes, timeIn } from '../../notify/messages/words.ts';
import type { IncidentRecord } from '../../storage/ports/alerts.ts';
import { PAGE, sendPage } from '../plain-page.ts';
import type { Routes } from '../types.ts';

/** The incidents that the page lists. */
const MOST_LISTED = 10;

const Token = Type.Object({ token: Type.String({ maxLength: 1_000 }) });

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
    return sendPage(reply, 200, 'Acknowledge', await work());
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') throw error;
    return sendPage(
      reply,
      404,
      'Link not valid',
      html`<p>This link has expired or was used. Open the dashboard instead.</p>`,
    );
  }
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
