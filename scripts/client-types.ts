import {
  type ApiDocument,
  type JsonSchema,
  nameOf,
  operationsOf,
  type PlacedOperation,
} from '../src/http/document/types.ts';

const HEAD = `// Written by \`npm run client\` from the OpenAPI document: change the routes, not this file.
`;

/**
 * Generates the TypeScript types of the web client: named schemas, and the requests and responses of each route, without
 * what is deprecated, and without fields that requests may send but that are ignored.
 */
export function clientTypes(document: ApiDocument): string {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => namedType(name, schema));
  const routes = operationsOf(document).map(route);
  return `${HEAD}\n${schemas.join('\n\n')}\n\n${comment('By method and path.', '')}export interface Routes {\n${routes.join('\n')}\n}\n`;
}

function namedType(name: string, schema: JsonSchema): string {
  if (!/^[A-Z]\w*$/.test(name))
    throw new Error(`schema title "${name}" is not a type name, expected a name such as Store`);
  const plain = schema.type === 'object' && schema.properties !== undefined && !isRecord(schema);
  const head = comment(schema.description, '');
  return plain
    ? `${head}export interface ${name} ${typeOf(schema, '')}`
    : `${head}export type ${name} = ${typeOf(schema, '')};`;
}

function route({ method, path, summary, parameters = [], requestBody, responses }: PlacedOperation): string {
  const parts = (['path', 'query', 'header'] as const).flatMap((place) => {
    const here = parameters.filter((one) => one.in === place && !one.deprecated && !one.schema.deprecated);
    if (here.length === 0) return [];
    const lines = here.map(({ name, required, schema, description }) =>
      property(name, { ...schema, ...(description !== undefined && { description }) }, required, '      '),
    );
    const optional = here.some((one) => one.required) ? '' : '?';
    return [`    ${place === 'header' ? 'headers' : place}${optional}: {\n${lines.join('\n')}\n    };`];
  });
  if (requestBody !== undefined) {
    const types = contentTypes(requestBody.content, 'Blob');
    parts.push(`    body${requestBody.required ? '' : '?'}: ${union(types)};`);
  }
  parts.push(`    answer: ${union(answerTypes(responses))};`);
  const events = responses['200']?.content?.['text/event-stream'];
  if (events !== undefined) parts.push(`    events: ${typeOf(events.schema, '    ')};`);
  return `${comment(summary, '  ')}  ${key(`${method} ${path}`)}: {\n${parts.join('\n')}\n  };`;
}

function answerTypes(responses: PlacedOperation['responses']): string[] {
  return Object.entries(responses)
    .filter(([status]) => /^2/.test(status))
    .flatMap(([, { content }]) => (content === undefined ? ['undefined'] : contentTypes(content, 'string')));
}

/** JSON by its schema; other content by the given type. */
function contentTypes(content: NonNullable<PlacedOperation['requestBody']>['content'], other: string): string[] {
  return Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json' ? typeOf(schema, '    ') : other,
  );
}

function typeOf(schema: JsonSchema, indent: string): string {
  const name = nameOf(schema);
  if (name !== undefined) return name;
  if ('const' in schema) return literal(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map(literal));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return union(choices.map((choice) => typeOf(choice, indent)));
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${typeOf(part, indent)})`).join(' & ');
  return union([schema.type ?? ''].flat().map((type) => plainType(type, schema, indent)));
}

function plainType(type: string, schema: JsonSchema, indent: string): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly ${element(typeOf(schema.items ?? {}, indent))}[]`;
    case 'object':
      return objectType(schema, indent);
    default:
      return 'unknown';
  }
}

function element(type: string): string {
  return /[ |&]/.test(type) && !type.startsWith('{') ? `(${type})` : type;
}

function objectType(schema: JsonSchema, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (isRecord(schema)) return `Readonly<Record<string, ${typeOf(additionalProperties as JsonSchema, indent)}>>`;
  const lines = Object.entries(properties)
    .filter(([, { deprecated, readOnly }]) => !deprecated && !readOnly)
    .map(([name, inner]) => property(name, inner, required.includes(name), `${indent}  `));
  return lines.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${lines.join('\n')}\n${indent}}`;
}

function isRecord({ properties, additionalProperties }: JsonSchema): boolean {
  return properties === undefined && typeof additionalProperties === 'object';
}

function property(name: string, schema: JsonSchema, required: boolean, indent: string): string {
  const type = typeOf(schema, indent);
  const head = comment(schema.description, indent);
  return `${head}${indent}readonly ${key(name)}${required ? '' : '?'}: ${type}${required ? '' : ' | undefined'};`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  return `${indent}/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s*\n\s*/g, ' ')} */\n`;
}
