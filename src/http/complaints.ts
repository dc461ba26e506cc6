import type { FastifyError } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { LIMITS } from '../lib/budgets.ts';
import { excerpt } from '../lib/text.ts';
import { EXPECTED_KEY, expectationOf, type Rule, told } from './expectations.ts';

/** An invalid part of a request. */
export interface FieldProblem {
  /** `body`, `query`, `path` or `header`. */
  readonly in: string;
  /** Such as `hours.0.start`; the name of the part if the problem is not about one of its fields. */
  readonly field: string;
  readonly message: string;
}

/** An error of Ajv with its context. `data` is what was sent. */
type Complaint = FastifySchemaValidationError & { readonly data?: unknown; readonly parentSchema?: Rule };

const PARTS: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'header' };

/** What a schema found wrong with a request, in words. */
export function fieldProblems({
  validation = [],
  validationContext = 'body',
}: Pick<FastifyError, 'validation' | 'validationContext'>): FieldProblem[] {
  const part = PARTS[validationContext] ?? validationContext;
  const found = new Map<string, FieldProblem>();
  for (const complaint of telling(validation)) {
    const field = fieldOf(complaint).slice(0, FIELD_TOLD) || part;
    const problem = { in: part, field, message: messageOf(complaint, field) };
    found.set(`${field} ${problem.message}`, problem);
    if (found.size === LIMITS.complaints) break;
  }
  return [...found.values()];
}

/** All of them in one sentence. */
export function inOneSentence(problems: readonly FieldProblem[]): string {
  return problems
    .map(({ in: part, field, message }) =>
      field === part ? `the ${part} ${message}` : `${part} "${field}" ${message}`,
    )
    .join('; ');
}

/** The path of the field, also of one that is missing or should not be there. */
function fieldOf({ instancePath, params }: Complaint): string {
  const path = instancePath.split('/').slice(1).map(unescaped);
  const name = params.missingProperty ?? params.additionalProperty;
  return (typeof name === 'string' ? [...path, excerpt(name)] : path).join('.');
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** What each keyword found, to follow the name of the field. Of the others, the value and what was expected. */
const WORDS: Readonly<Record<string, (complaint: Complaint, rule: Rule) => string>> = {
  required: ({ params }, { properties = {} }) =>
    `is missing, expected ${expectationOf(properties[String(params.missingProperty)] ?? {})}`,
  additionalProperties: (_complaint, { [EXPECTED_KEY]: key, properties = {} }) => {
    if (key !== undefined) return `is not a valid key, expected ${key}`;
    const known = Object.keys(properties).filter(
      (name) => !properties[name]?.readOnly && !properties[name]?.deprecated,
    );
    return known.length === 0 ? 'is unknown, expected none' : `is unknown, expected only ${known.join(', ')}`;
  },
  minItems: (_complaint, { minItems }) => `has too few entries, expected at least ${minItems}`,
  maxItems: (_complaint, { maxItems }) => `has too many entries, expected at most ${maxItems}`,
  maxProperties: (_complaint, { maxProperties }) => `has too many entries, expected at most ${maxProperties}`,
};

function messageOf(complaint: Complaint, field: string): string {
  const { keyword, data, parentSchema = {} } = complaint;
  const words = WORDS[keyword];
  if (words !== undefined) return words(complaint, parentSchema);
  const expected = `expected ${expectationOf(parentSchema)}`;
  if (data === undefined || (data === null && field === 'body')) return `is missing, ${expected}`;
  return SECRET.test(field) ? `is invalid, ${expected}` : `is ${told(data)}, ${expected}`;
}

/** The value of such a field is never part of a response, so that it reaches no log. */
const SECRET = /(^|\.)(password|current|next|code|ticket|key|token|secret)(\.|$)/i;
const FIELD_TOLD = 300;

/**
 * Where one of several forms was expected that a field such as `kind` tells apart, only the complaints of the form with
 * the value that was sent; if no form has it, one complaint with all values. Of an object where an object or something
 * else was expected, only the complaints about the object.
 */
function withoutOtherForms(found: readonly Complaint[]): readonly Complaint[] {
  let left = found;
  for (const choice of found.filter(({ keyword }) => keyword === 'anyOf')) {
    const start = `${choice.schemaPath}/`;
    const formOf = ({ schemaPath }: Complaint) =>
      schemaPath.startsWith(start) ? schemaPath.slice(start.length).split('/')[0] : undefined;
    const within = left.filter((complaint) => formOf(complaint) !== undefined);
    const wrong = within.filter(
      ({ keyword, instancePath }) => keyword === 'const' && instancePath !== choice.instancePath,
    );
    const isObject = typeof choice.data === 'object' && choice.data !== null;
    const mistyped = within.filter(
      ({ keyword, instancePath }) => isObject && keyword === 'type' && instancePath === choice.instancePath,
    );
    const others = new Set([...wrong, ...mistyped].map(formOf));
    const meant = new Set(within.map(formOf).filter((form) => !others.has(form)));
    const [first] = wrong;
    if (others.size === 0 || meant.size > 1 || (meant.size === 0 && first === undefined)) continue;
    left = left.filter((complaint) => complaint !== choice && !others.has(formOf(complaint)));
    if (meant.size > 0 || first === undefined) continue;
    const values = wrong.map(({ params }) => params.allowedValue);
    left = [...left, { ...first, keyword: 'enum', parentSchema: { enum: values } as Rule }];
  }
  return left;
}

/**
 * Where one of several forms was expected, every form has its complaint. Of these, the ones that lie deepest come from
 * the form that was meant; without any deeper one, only the choice itself is reported.
 */
function telling(all: readonly Complaint[]): readonly Complaint[] {
  const found = withoutOtherForms(all);
  const choices = new Set(found.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath));
  const shallow = new Set<string>();
  for (const { instancePath } of found) {
    for (let end = instancePath.lastIndexOf('/'); end >= 0; end = instancePath.lastIndexOf('/', end - 1)) {
      const above = instancePath.slice(0, end);
      if (choices.has(above)) shallow.add(above);
      if (end === 0) break;
    }
  }
  return found.filter(
    ({ instancePath, keyword }) => !shallow.has(instancePath) && (keyword === 'anyOf' || !choices.has(instancePath)),
  );
}
