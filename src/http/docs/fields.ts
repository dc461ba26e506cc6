import { type Html, html } from '../../lib/html.ts';
import { type ApiDocument, type JsonSchema, nameOf, resolve } from '../document/types.ts';
import { inline } from './markdown.ts';
import { ANY, limitsOf, typeOf } from './words.ts';

/** Schemas nested deeper than this are shown by name only. */
const DEPTH = 6;

interface Place {
  /** The prefix of the name: `items[].`. */
  readonly within: string;
  readonly depth: number;
  /** The enclosing components; a recursive one is expanded once. */
  readonly inside: readonly string[];
}

const TOP: Place = { within: '', depth: 0, inside: [] };

/** A request marks required fields, an answer optional ones. */
export type Side = 'request' | 'answer';

/** The fields of a body, including nested ones, as a flat list. */
export function bodyFields(document: ApiDocument, schema: JsonSchema, side: Side): Html {
  const rows = inner(document, schema, side, TOP);
  if (rows.length > 0) return html`<dl class="fields">${rows}</dl>`;
  const { description } = resolve(document, schema);
  const limits = limitsOf(resolve(document, schema));
  const type = typeOf(document, schema);
  return html`<p class="plain">${type === ANY ? undefined : html`<span class="type">${type}</span> `}${description && inline(description)} ${limits}</p>`;
}

/** A parameter, a header or a field. */
export function field(document: ApiDocument, name: string, schema: JsonSchema, mark: string | undefined): Html {
  return row(document, name, schema, mark, TOP);
}

function row(document: ApiDocument, name: string, schema: JsonSchema, mark: string | undefined, place: Place): Html {
  const resolved = resolve(document, schema);
  const description = schema.description ?? resolved.description;
  const type = typeOf(document, schema, name);
  return html`<div class="field d${place.depth}"><dt><code><span class="within">${breakable(place.within)}</span>${name}</code>
<span class="type">${type}${mark && html` <span class="${mark}">${mark}</span>`}</span></dt>
<dd>${description && inline(description)} ${limitsOf(resolved)}</dd></div>`;
}

/** Allows line breaks after each part of a long name. */
function breakable(within: string): Html {
  return html`${within.split(/(?<=\.)/).map((part) => html`${part}<wbr>`)}`;
}

function inner(document: ApiDocument, schema: JsonSchema, side: Side, place: Place): Html[] {
  const name = nameOf(schema);
  if (place.depth > DEPTH || (name !== undefined && place.inside.includes(name))) return [];
  const below = name === undefined ? place : { ...place, inside: [...place.inside, name] };
  const { properties, required = [], items, anyOf, oneOf, allOf, additionalProperties } = resolve(document, schema);
  if (items !== undefined) return inner(document, items, side, { ...below, within: arrayOf(below.within) });
  if (allOf !== undefined) return allOf.flatMap((part) => inner(document, part, side, below));
  const choices = (anyOf ?? oneOf ?? []).filter(({ type }) => type !== 'null');
  if (choices.length > 0) return alternatives(document, choices, side, below);
  const rows = Object.entries(properties ?? {}).flatMap(([key, value]) => {
    const must = required.includes(key);
    const mark = side === 'request' && must ? 'required' : side === 'answer' && !must ? 'optional' : undefined;
    return [
      row(document, key, value, mark, below),
      ...inner(document, value, side, { ...below, within: `${below.within}${key}.`, depth: below.depth + 1 }),
    ];
  });
  if (typeof additionalProperties !== 'object') return rows;
  const any = { ...below, within: `${below.within}(any).`, depth: below.depth + 1 };
  const values = inner(document, additionalProperties, side, any);
  // The type already describes scalar values.
  if (values.length === 0) return rows;
  return [...rows, row(document, '(any)', additionalProperties, undefined, below), ...values];
}

/** `items.` as the prefix of the fields of a list: `items[].`. */
function arrayOf(within: string): string {
  return within === '' ? '[].' : `${within.slice(0, -1)}[].`;
}

function alternatives(document: ApiDocument, choices: readonly JsonSchema[], side: Side, place: Place): Html[] {
  const rows = choices.map((choice) => inner(document, choice, side, place));
  // The type already describes scalar choices.
  if (rows.filter((some) => some.length > 0).length < 2) return rows.flat();
  return rows.flatMap((some, i) => [
    html`<div class="choice d${place.depth}"><dt>${i === 0 ? 'either' : 'or'}</dt><dd>${nameOf(choices[i] ?? {})}</dd></div>`,
    ...some,
  ]);
}
