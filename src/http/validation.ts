import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { lazily } from '../lib/lazy.ts';
import { sampleOf } from './document/sample.ts';
import { requireWords } from './expectations.ts';
import { recaseFor } from './letter-case.ts';

const OPTIONS = {
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  // Errors carry the value that they are about.
  verbose: true,
} as const;

/** Query strings and paths are text: `?limit=50` is a number, and a list with one entry looks like that entry. */
const textual = validators('array');
/** JSON has types: the number 5 is not a string. */
const typed = validators(false);

/** Validators that stop at the first error, or find all of them. */
interface Validators {
  readonly first: Ajv;
  readonly all: Ajv;
}

function validators(coerceTypes: 'array' | false): Validators {
  const create = (allErrors: boolean) => {
    const ajv = new Ajv({ ...OPTIONS, coerceTypes, allErrors });
    addFormats.default(ajv);
    return ajv;
  };
  return { first: create(false), all: create(true) };
}

/**
 * A validator that stops at the first error, and checks lengths before entries. Only then it looks for more errors, in a
 * sample of the value: the cost of a request does not grow with its number of errors.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  requireWords(schema);
  const { first, all } = httpPart === 'body' ? typed : textual;
  const [checker, collector] = [lazily(() => first.compile(schema)), lazily(() => all.compile(schema))];
  const recase = httpPart === 'querystring' ? recaseFor(schema) : () => {};
  return (data: unknown) => {
    recase(data);
    const check = checker();
    return check(data) ? true : { error: complaintsAbout(data, check.errors ?? [], collector()) };
  };
};

const buildSerializer = SerializerSelector();

/** Serializers, which like the validators are compiled when they are first needed: all of them take most of a start. */
export const serializerCompiler: typeof buildSerializer = (externalSchemas, options) => {
  const compile = buildSerializer(externalSchemas, options);
  return (route) => {
    const serializer = lazily(() => compile(route));
    return (value) => serializer()(value);
  };
};

/** Keywords that a truncated value may violate for that reason alone. */
const CUT_SHORT = new Set(['required', 'dependentRequired', 'minItems', 'minProperties', 'contains']);

function complaintsAbout(data: unknown, found: ErrorObject[], collect: ValidateFunction): ErrorObject[] {
  const { value, cut } = sampleOf(data);
  collect(value);
  const sampled = (collect.errors ?? []).filter(
    ({ instancePath, keyword }) => !(cut.has(instancePath) && CUT_SHORT.has(keyword)),
  );
  const [why] = found.slice(-1);
  const same = ({ instancePath, schemaPath }: ErrorObject) =>
    instancePath === why?.instancePath && schemaPath === why.schemaPath;
  return sampled.some(same) ? sampled : [...found, ...sampled];
}
