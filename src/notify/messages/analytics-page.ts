import type { AnalyticsFacts, AnswerFacts, FiguresFacts } from '../../domain/alerts/analytics-facts.ts';
import { type Html, html } from '../../lib/html.ts';
import {
  changeWords,
  clockWords,
  downWords,
  hoursWords,
  lowCoverageWords,
  periodWords,
  uptimeWords,
} from './analytics.ts';
import { timeIn } from './words.ts';

/** The links of a mail; `undefined`: the server does not know its public URL. */
export interface MailLinks {
  readonly url: string | undefined;
  readonly unsubscribeUrl: string | undefined;
}

/** Light colors are inline, since many mail programs read no other styles; classes have the dark ones. */
const INK = 'color:#1d1c19';
const QUIET = 'color:#5c594f';
const FONT = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const DARK = [
  '.paper{background:#141412!important}',
  '.sheet{background:#1d1c1a!important}',
  '.ink{color:#f0eee8!important}',
  '.quiet{color:#b3afa4!important}',
  '.line{border-color:#3a3832!important}',
  '.down{background:#e5654f!important}',
  '.up{background:#4fa886!important}',
  '.rest{background:#3a3832!important}',
  '.button{background:#f0eee8!important;color:#141412!important}',
].join('');

/** The answer to a question as a mail that a phone shows without attachments: tables, inline styles, light and dark. */
export function analyticsPage(facts: AnalyticsFacts, zone: string, links: MailLinks): string {
  const { name, answer, problem } = facts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${name}</title>
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){${DARK}}</style>
</head>
<body class="paper" style="margin:0;padding:0;background:#f4f2ec;${FONT}">
<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f2ec"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;border-radius:8px">
<tr><td style="padding:24px 20px 8px">
<h1 class="ink" style="margin:0;font-size:20px;line-height:1.3;${INK}">${name}</h1>
${answer === undefined ? undefined : about(answer)}
</td></tr>
<tr><td style="padding:8px 20px">${answer === undefined ? trouble(problem) : headline(answer)}</td></tr>
${answer !== undefined && section(`Most downtime, by ${answer.keys.join(', ')}`, answer.worst, 'down')}
${answer !== undefined && section('Most improved', answer.improved, 'up')}
<tr><td style="padding:16px 20px 24px">
${links.url !== undefined && html`<a class="button" href="${links.url}" style="display:inline-block;padding:12px 18px;background:#1d1c19;color:#ffffff;border-radius:6px;font-size:16px;font-weight:600;text-decoration:none">Open in the dashboard</a>`}
${answer !== undefined && quiet(`By the checks until ${timeIn(zone, answer.asOf)}.`)}
</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px"><tr><td style="padding:16px 20px">
${links.unsubscribeUrl !== undefined && html`<p class="quiet" style="margin:0;font-size:14px;line-height:1.5;${QUIET}">You get this mail because of a subscription. <a class="quiet" href="${links.unsubscribeUrl}" style="${QUIET};text-decoration:underline">Unsubscribe</a></p>`}
</td></tr></table>
</td></tr></table>
</body>
</html>`.text;
}

function quiet(text: string): Html {
  return html`<p class="quiet" style="margin:6px 0 0;font-size:14px;line-height:1.5;${QUIET}">${text}</p>`;
}

function about(answer: AnswerFacts): Html {
  const parts = [periodWords(answer.period), clockWords(answer)];
  if (!answer.period.complete) parts.push('not over yet');
  return quiet(parts.join(' · '));
}

function trouble(problem = ''): Html {
  return html`<p class="ink" style="margin:0;font-size:16px;line-height:1.5;${INK}">There are no figures this time: ${problem}.</p>`;
}

function headline(answer: AnswerFacts): Html {
  const { total, compared } = answer;
  const change = changeWords(total);
  const coverage = lowCoverageWords(total);
  const than = periodWords(compared);
  return html`<p class="ink" style="margin:0;font-size:${total.uptime === null ? 22 : 40}px;line-height:1.2;font-weight:700;${INK}">${uptimeWords(total)}</p>
<p class="ink" style="margin:4px 0 0;font-size:16px;line-height:1.5;${INK}">uptime${change === null ? '' : `, ${change}`}</p>
${quiet(change === null ? `Not comparable with ${than}: not enough checks.` : `Compared with ${than}.`)}
<p class="ink" style="margin:12px 0 0;font-size:16px;line-height:1.5;${INK}">Downtime ${downWords(total)} of ${hoursWords(total.open)} open, ${storesWords(total)}</p>
${coverage !== null && quiet(`Downtime may be missing: ${coverage}.`)}`;
}

function storesWords({ stores }: FiguresFacts): string {
  return stores === 1 ? '1 store' : `${stores.toLocaleString('en-US')} stores`;
}

function section(title: string, groups: readonly FiguresFacts[], bar: 'down' | 'up'): Html | undefined {
  if (groups.length === 0) return undefined;
  const lengthOf = ({ down, change }: FiguresFacts) => (bar === 'down' ? down : (change ?? 0));
  const most = Math.max(...groups.map(lengthOf));
  return html`<tr><td style="padding:16px 20px 0">
<h2 class="ink" style="margin:0 0 4px;font-size:16px;line-height:1.4;${INK}">${title}</h2>
<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">
${groups.map((one) => group(one, Math.round((100 * lengthOf(one)) / most), bar))}
</table></td></tr>`;
}

/** A group with a bar made of table cells: mail programs show no other ones. */
function group(figures: FiguresFacts, share: number, bar: 'down' | 'up'): Html {
  const change = changeWords(figures);
  const values = [uptimeWords(figures), ...(bar === 'down' ? [`down ${downWords(figures)}`] : []), change ?? ''];
  const details = [storesWords(figures), lowCoverageWords(figures) ?? ''];
  return html`<tr><td class="line" style="padding:10px 0;border-top:1px solid #dfdcd3">
<p class="ink" style="margin:0;font-size:16px;line-height:1.4;font-weight:600;overflow-wrap:anywhere;${INK}">${figures.name}</p>
<p class="ink" style="margin:2px 0 6px;font-size:14px;line-height:1.4;${INK}">${joined(values)} <span class="quiet" style="${QUIET}">· ${joined(details)}</span></p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse"><tr>
<td class="${bar}" width="${Math.max(1, share)}%" height="8" style="height:8px;font-size:0;line-height:0;background:${bar === 'down' ? '#c8412b' : '#2e8465'}">&nbsp;</td>
${share < 100 && html`<td class="rest" height="8" style="height:8px;font-size:0;line-height:0;background:#efece4">&nbsp;</td>`}
</tr></table></td></tr>`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
