import { Liquid } from 'liquidjs';
import { NOTIFICATION_KINDS, type NotificationFacts, type NotificationKind } from '../../domain/alerts/facts.ts';
import { invalid, messageOf } from '../../lib/errors.ts';
import { cut } from '../../lib/text.ts';
import { SAMPLE } from './sample.ts';
import { TEMPLATES, type Template } from './templates.ts';
import { type Surroundings, variablesOf } from './variables.ts';

/** The longest title, in UTF-16 code units. */
const LONGEST_TITLE = 250;
const LONGEST_TEXT = 10_000;

/** Users write templates, so they are limited: in size, in milliseconds, in memory, and to their variables. */
const OPTIONS = {
  ...{ ownPropertyOnly: true, strictFilters: true, templates: {} },
  ...{ parseLimit: 20_000, renderLimit: 1_000, memoryLimit: 1_000_000 },
};
const ENGINE = new Liquid(OPTIONS);
/** Names variables that do not exist. */
const STRICT_ENGINE = new Liquid({ ...OPTIONS, strictVariables: true, lenientIf: true });

const SAMPLE_SURROUNDINGS: Surroundings = {
  zone: 'UTC',
  url: 'https://monitor.example.com/incidents/sample',
  acknowledgeUrl: 'https://monitor.example.com/acknowledge#sample',
};

/** The title and the text of a message. @throws the error of the template */
export function render(
  facts: NotificationFacts,
  surroundings: Surroundings,
  own: Partial<Template> = {},
  engine = ENGINE,
): Template {
  const template = { ...TEMPLATES[facts.kind], ...own };
  const variables = variablesOf(facts, surroundings);
  const filled = (text: string) => String(engine.parseAndRenderSync(text, variables));
  return { title: line(filled(template.title)), text: tidy(filled(template.text)) };
}

/** The title of a message for a list, without a recipient. */
export function defaultTitle(facts: NotificationFacts): string {
  return render(facts, { zone: 'UTC', url: undefined, acknowledgeUrl: undefined }).title;
}

/**
 * A message of a kind with sample data.
 *
 * @param own the texts of a user
 * @throws UserError `invalid_input` as `checkTemplate`
 */
export function preview(kind: NotificationKind, zone: string, own: Partial<Template> = {}): Template {
  checkTemplate(own);
  return render({ ...SAMPLE, kind }, { ...SAMPLE_SURROUNDINGS, zone }, own);
}

/**
 * Checks a user's template with a message that has everything.
 *
 * @throws UserError `invalid_input` with the place of the error
 */
export function checkTemplate(own: Partial<Template>): void {
  for (const part of ['title', 'text'] as const) {
    const text = own[part];
    if (text === undefined) continue;
    for (const kind of NOTIFICATION_KINDS) {
      try {
        render({ ...SAMPLE, kind }, SAMPLE_SURROUNDINGS, { [part]: text }, STRICT_ENGINE);
      } catch (error) {
        throw invalid(`the template of the ${part} is invalid: ${messageOf(error).slice(0, 300)}`, `template.${part}`);
      }
    }
  }
}

function line(text: string): string {
  return cut(text.replace(/\s+/g, ' ').trim(), LONGEST_TITLE);
}

function tidy(text: string): string {
  const lines = text.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n');
  return cut(lines.trim(), LONGEST_TEXT);
}
