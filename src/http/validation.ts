import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const OPTIONS = {
  allErrors: true,
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  // With a complaint comes the value that it is about.
  verbose: true,
} as const;

/** Query strings and paths are text: `?limit=50` is a number, and a list with one entry looks like the entry. */
const textual = formats(new Ajv({ ...OPTIONS, coerceTypes: 'array' }));
/** JSON says what it means: the number 5 is no text. */
const typed = formats(new Ajv({ ...OPTIONS, coerceTypes: false }));

function formats(ajv: Ajv): Ajv {
  addFormats.default(ajv);
  return ajv;
}

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? typed : textual).compile(schema);
