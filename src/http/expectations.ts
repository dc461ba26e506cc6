import { alternatives, firstCharacters } from '../lib/text.ts';
import type { JsonSchema } from './document/types.ts';

/** Our own keywords, for messages. The document does not show them. */
export const EXPECTED = 'x-expected';
export const EXPECTED_KEY = 'x-expected-key';

/** The keywords of a JSON Schema that say what a value may be. */
export interface Rule extends Omit<JsonSchema, 'anyOf' | 'properties'> {
  readonly anyOf?: readonly Rule[];
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly maxProperties?: number;
  /** What a pattern allows, in words. */
  readonly [EXPECTED]?: string;
  /** The same of the keys of a record. */
  readonly [EXPECTED_KEY]?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-12-24',
  'date-time': 'an instant such as 2023-01-25T18:13:22.479Z',
  uuid: 'a UUID',
  uri: 'a URI',
};

/** What a schema expects, to follow "expected": `a whole number from 1 to 500`. */
export function expectationOf(rule: Rule): string {
  const { type, format = '' } = rule;
  const words = rule[EXPECTED] ?? FORMATS[format];
  if (words !== undefined) return words;
  if (rule.enum !== undefined) return `one of ${rule.enum.map(String).join(', ')}`;
  if (rule.const !== undefined) return JSON.stringify(rule.const);
  if (rule.anyOf !== undefined) return alternatives([...new Set(rule.anyOf.map(expectationOf))]);
  const types = [type ?? []].flat();
  return types.length === 0 ? 'a value' : alternatives(types.map((one) => `${TYPES[one] ?? one}${rangeOf(one, rule)}`));
}

function rangeOf(type: string, rule: Rule): string {
  if (type === 'string') return span(' of', rule.minLength, rule.maxLength, ' characters');
  return type === 'integer' || type === 'number' ? span(' from', rule.minimum, rule.maximum, '') : '';
}

function span(before: string, least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `${before} ${least} to ${most}${unit}`;
  if (least !== undefined) return ` of at least ${least}${unit}`;
  return most === undefined ? '' : ` of at most ${most}${unit}`;
}

/** Characters of a value that a message repeats. */
const VALUE_TOLD = 100;

/** A value as it was sent, shortened; of a list or an object only that it is one. */
export function told(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const short = firstCharacters(value, VALUE_TOLD);
  return short.length < value.length ? `${JSON.stringify(short)}…` : JSON.stringify(value);
}

/**
 * Checks that messages can say what the patterns of a schema expect.
 *
 * @throws Error if a pattern has no words: the server does not start then
 */
export function requireWords(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { pattern, patternProperties, additionalProperties } = schema as Record<string, unknown>;
  if (typeof pattern === 'string' && !(EXPECTED in schema)) {
    throw new Error(`the pattern ${pattern} has no ${EXPECTED}, which says in words what it allows`);
  }
  if (patternProperties !== undefined && additionalProperties === false && !(EXPECTED_KEY in schema)) {
    throw new Error(`the record has no ${EXPECTED_KEY}, which says in words which keys it allows`);
  }
  for (const inner of Object.values(schema)) requireWords(inner);
}
