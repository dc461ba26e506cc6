import { MINUTE } from '../../src/domain/hours.ts';
import { count } from '../figures.ts';
import type { Evaluations } from './evaluations.ts';
import type { Flood } from './floods.ts';
import type { Latency } from './latency.ts';
import { REAL, type RegimeScores, type Scores } from './regimes.ts';
import type { Sizes } from './sizes.ts';

/** The heading of the measurements in docs/alerts.md. */
const MEASURED = '## Measured';

/** A measurement as text, below a heading of its own. */
export interface Part {
  readonly title: string;
  readonly text: string;
}

/** A document with these parts in its section "Measured", which is added at the end if there is none. */
export function withParts(document: string, parts: readonly Part[]): string {
  const sections = document.trimEnd().split(/\n\n(?=## )/);
  const place = sections.findIndex((section) => section.startsWith(`${MEASURED}\n`));
  const measured = place < 0 ? `${MEASURED}\n\n${INTRO}` : (sections[place] as string);
  const [intro = '', ...known] = measured.split(/\n\n(?=### )/);
  const texts = new Map(known.map((text) => [text.split('\n', 1)[0], text]));
  for (const { title, text } of parts) texts.set(`### ${title}`, `### ${title}\n\n${text}`);
  const written = [intro, ...texts.values()].join('\n\n');
  sections.splice(place < 0 ? sections.length : place, place < 0 ? 0 : 1, written);
  return `${sections.join('\n\n')}\n`;
}

const INTRO =
  '`npm run bench:alerts` makes these measurements and writes this section; `npm run bench:alerts -- floods` makes one ' +
  'of them (`regimes`, `evaluations`, `latency`, `floods`).';

export function regimesPart(regimes: readonly RegimeScores[], { stores, days }: Sizes['regimes']): Part {
  const minutes = REAL / MINUTE;
  const rows = regimes.flatMap(({ regime, outages, scores }) =>
    scores.map((score, i) => [
      i === 0 ? `\`${regime}\`` : '',
      ...[score.contestant, rate(score.falseAlerts), rate(score.short), i === 0 ? count(outages) : ''],
      ...[percent(score.told), delay(score.median), delay(score.p90)],
    ]),
  );
  const text = [
    `Simulated fleets whose truth is known: ${count(stores)} stores for ${days} days in each [regime](accuracy.md), ` +
      `polled about once an hour; \`noisy\` is ${regimes.find(({ regime }) => regime === 'noisy')?.what ?? ''}. ` +
      'The default rule is compared with two rules that know neither business hours nor reasons: a message at the first ' +
      'inactive poll, and at the second in a row. The simulated platform gives no reasons; "with reasons" is the default ' +
      'rule on a platform that says of each store that is down why. "Probability of 90 %" is the default rule with the ' +
      'condition [`probability`](#probability).',
    `- A **false alert** is a message about a store that was closed or really up. A **short** one is about a real outage ` +
      `with less than ${minutes} minutes of open time. Both are per store and 30 days.\n` +
      `- **Told** is the share of the real outages with at least ${minutes} minutes of open time of which a message was ` +
      'sent while the store was down. A message from before the outage, as at closing time, does not count.\n' +
      '- The **delay** is the open time from the start of the outage until the message.',
    table(['regime', 'rule', 'false', 'short', 'outages', 'told', 'median delay', 'p90'], rows),
    verdict(regimes),
  ];
  return { title: 'Against simulated truth', text: text.join('\n\n') };
}

/** Where the default rule is better and where it is worse, in words. */
function verdict(regimes: readonly RegimeScores[]): string {
  const lines = ['first inactive poll', 'two in a row'].map((rival) => {
    const names = (better: (own: Scores, other: Scores) => boolean) =>
      regimes.flatMap(({ regime, scores }) => {
        const [own, other] = [named(scores, 'default rule'), named(scores, rival)];
        return better(own, other) ? [`\`${regime}\``] : [];
      });
    const noisier = names((own, other) => own.falseAlerts + own.short > other.falseAlerts + other.short);
    const fewer = names((own, other) => own.told < other.told);
    const later = names((own, other) => own.median > other.median);
    return (
      `- Against "${rival}": ${where('more false and short alerts', noisier, regimes.length)}; ` +
      `${where('a smaller share told', fewer, regimes.length)}; ${where('a longer median delay', later, regimes.length)}.`
    );
  });
  return [
    'Where the default rule (without reasons) is worse:',
    lines.join('\n'),
    'The reason: polls are an hour apart. A rule that waits for the second inactive poll is about an hour later than one ' +
      'that does not, and the outages that are over by then are not told. Where that matters, poll more often, use a source ' +
      'that gives reasons, or set `polls` to 1 and accept more short alerts.',
  ].join('\n\n');
}

function where(what: string, regimes: readonly string[], all: number): string {
  if (regimes.length === 0) return `${what} in no regime`;
  return regimes.length === all ? `${what} in every regime` : `${what} in ${regimes.join(', ')}`;
}

function named(scores: readonly Scores[], name: string): Scores {
  return scores.find(({ contestant }) => contestant === name) as Scores;
}

export function floodsPart(floods: readonly Flood[], stores: number): Part {
  const rows = floods.map(({ what, messages }) => {
    const most = [...messages.values()].reduce<readonly string[]>((a, b) => (b.length > a.length ? b : a), []);
    return [what, String(most.length), kindsOf(most)];
  });
  const text = [
    `${count(stores)} of ${count(stores * 1.4)} stores go down at the same instant and come up at the same instant, three ` +
      'hours later. A team, the owner of one of them and the owner of up to 100 are notified by the default rule. The ' +
      'table has the recipient with the most messages, recovery included. In the other measurements no store is polled ' +
      'for an hour.',
    table(['', 'messages', 'which'], rows),
    ...(floods.some(exceeds)
      ? [`At most ${MOST} messages per recipient are wanted. The measurement shows more, which is a known defect.`]
      : []),
  ];
  return { title: 'When much fails at once', text: text.join('\n\n') };
}

export function evaluationsPart(evaluations: readonly Evaluations[], { batch, batches }: Sizes['evaluations']): Part {
  const [smallest] = evaluations;
  const ratio = (value: number, least = Number.NaN) => (value / least).toFixed(1);
  const rows = evaluations.map(({ stores, unchanged, opening }) => [
    ...[count(stores), `${unchanged.toFixed(0)} ms`, ratio(unchanged, smallest?.unchanged)],
    ...[`${opening.toFixed(0)} ms`, ratio(opening, smallest?.opening)],
  ]);
  const text = [
    `How long the evaluation after a batch of ${count(batch)} polls takes, with one rule for all stores: the median of ` +
      `${batches} batches of which three polls are inactive, and of ${batches} with which these three stores go down. ` +
      'The ratio is to the smallest fleet. The states of all stores are read for the second ones, to tell a mass outage; ' +
      'a server does that every few seconds at most.',
    table(['stores', 'nothing changes', 'ratio', 'three go down', 'ratio'], rows),
  ];
  return { title: 'Time of an evaluation', text: text.join('\n\n') };
}

export function latencyPart({ stores, outages, median, p99 }: Latency): Part {
  const text =
    `A server with ${count(stores)} stores takes in four requests with polls a second. In each of ${count(outages)}, another ` +
    'store is down, and the rule sends a message at the first inactive poll. From the answer to the request until the ' +
    `message with that store is at its receiver, it takes ${(median / 1_000).toFixed(2)} s in the median and ` +
    `${(p99 / 1_000).toFixed(2)} s for 99 % (wanted: less than 5 s).`;
  return { title: 'From a poll to the message', text };
}

/** How many messages a recipient of a flood should get at most. */
const MOST = 3;

function exceeds({ messages }: Flood): boolean {
  return [...messages.values()].some(({ length }) => length > MOST);
}

/** Kinds of messages with their numbers, in the order in which they first came. */
function kindsOf(messages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of messages) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, times]) => `\`${kind}\`${times > 1 ? ` × ${times}` : ''}`).join(', ');
}

function rate(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(share * 100).toFixed(0)} %`;
}

function delay(milliseconds: number): string {
  return Number.isNaN(milliseconds) ? '–' : `${(milliseconds / MINUTE).toFixed(0)} min`;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
