import { type Html, html } from '../../lib/html.ts';
import { type ApiDocument, type JsonSchema, nameOf, resolve } from '../document/types.ts';

const FORMATS: Readonly<Record<string, string>> = {
  date: 'date',
  'date-time': 'instant',
  email: 'mail address',
  uri: 'URL',
  'uri-reference': 'URL or path',
  uuid: 'UUID',
};

/** The type of an unconstrained value, such as a file. */
export const ANY = 'any';

/** The unit of a number, by the end of its name. */
const UNIT = /_(seconds|minutes|hours|days|milliseconds|bytes|percent)$/;

/** The type of a schema in words: `Store or null`, `list of integers`. */
export function typeOf(document: ApiDocument, schema: JsonSchema, name = ''): string {
  const reference = nameOf(schema);
  const { type, format, items, anyOf, oneOf, allOf, additionalProperties, properties } = resolve(document, schema);
  const choices = anyOf ?? oneOf;
  if (reference !== undefined && choices === undefined && type === 'object') return reference;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (choices !== undefined) return [...new Set(choices.map((choice) => typeOf(document, choice, name)))].join(' or ');
  if (allOf !== undefined) return 'object';
  if (items !== undefined) return `list of ${several(typeOf(document, items))}`;
  if (format !== undefined && type === 'string') return FORMATS[format] ?? format;
  if (typeof additionalProperties === 'object' && properties === undefined) {
    return `object of ${several(typeOf(document, additionalProperties))}`;
  }
  const unit = type === 'number' || type === 'integer' ? UNIT.exec(name)?.[1] : undefined;
  const plain = Array.isArray(type) ? type.join(' or ') : ((type as string | undefined) ?? enumType(schema));
  return unit === undefined ? plain : `${plain}, ${unit}`;
}

const COUNTABLE = /^(string|integer|number|boolean|object|instant|date|UUID|URL)$/;

function several(type: string): string {
  return COUNTABLE.test(type) ? `${type}s` : type;
}

function enumType({ enum: choices }: JsonSchema): string {
  return choices === undefined ? ANY : choices.every((one) => typeof one === 'string') ? 'string' : 'value';
}

/** The constraints on a value besides its type: choices, bounds, the default. */
export function limitsOf(schema: JsonSchema): Html | undefined {
  const choices = schema.enum ?? schema.items?.enum;
  const words = [
    range('', schema.minimum ?? schema.exclusiveMinimum, schema.maximum ?? schema.exclusiveMaximum),
    range(' characters', schema.minLength, schema.maxLength),
    range(' entries', schema.minItems, schema.maxItems),
    schema.pattern === undefined ? undefined : html`matches <code>${schema.pattern}</code>`,
    schema.default === undefined ? undefined : html`default <code>${JSON.stringify(schema.default)}</code>`,
  ].filter((word) => word !== undefined);
  if (choices === undefined && words.length === 0) return undefined;
  const list = words.map((word, i) => html`${i > 0 ? ' · ' : ''}${word}`);
  const chips = choices?.map(
    (choice) => html`<code>${typeof choice === 'string' ? choice : JSON.stringify(choice)}</code> `,
  );
  return html`<span class="limits">${chips && html`one of ${chips}`}${chips && list.length > 0 && ' · '}${list}</span>`;
}

function range(unit: string, least: number | undefined, most: number | undefined): string | undefined {
  if (least !== undefined && most !== undefined) return `${number(least)} to ${number(most)}${unit}`;
  if (least !== undefined) return `at least ${number(least)}${unit}`;
  return most === undefined ? undefined : `at most ${number(most)}${unit}`;
}

function number(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 10 });
}
