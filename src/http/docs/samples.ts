import {
  type ApiDocument,
  type JsonSchema,
  needOf,
  type Parameter,
  type PlacedOperation,
  resolve,
} from '../document/types.ts';

const DEPTH = 8;

const STRINGS: Readonly<Record<string, string>> = {
  date: '2023-01-25',
  'date-time': '2023-01-25T18:13:22.479Z',
  email: 'ann@example.com',
  uri: 'https://example.com/',
  'uri-reference': '/api/docs',
  uuid: '9063ec40-64e5-4d48-ac0c-a580d4271ca3',
};

/** Example texts by the end of the name. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/store_id$/, '1005537814098143378'],
  [/(^|_)id$/, '9063ec40-64e5-4d48-ac0c-a580d4271ca3'],
  [/(zone|timezone)$/, 'America/Chicago'],
  [/^(start|end|from|to)$/, '09:00'],
  [/cursor$/, 'WyJhIl0'],
];

/** An example value that fits the schema. */
export function sample(document: ApiDocument, schema: JsonSchema, name = '', depth = 0): unknown {
  const resolved = { ...resolve(document, schema), ...schema };
  const { examples, example, items, properties, anyOf, oneOf, allOf, additionalProperties } = resolved;
  if (example !== undefined) return example;
  if (examples?.[0] !== undefined) return examples[0];
  if (resolved.default !== undefined) return resolved.default;
  if ('const' in resolved) return resolved.const;
  if (resolved.enum !== undefined) return resolved.enum[0];
  if (depth > DEPTH) return null;
  const deeper = (inner: JsonSchema, key: string) => sample(document, inner, key, depth + 1);
  const choice = (anyOf ?? oneOf)?.[0];
  if (choice !== undefined) return deeper(choice, name);
  if (allOf !== undefined) return Object.assign({}, ...allOf.map((part) => deeper(part, name))) as unknown;
  if (items !== undefined) return [deeper(items, name)];
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, deeper(value, key)]));
  }
  if (typeof additionalProperties === 'object') return { example: deeper(additionalProperties, '') };
  return scalar(resolved, name);
}

function scalar({ type, format = '', minimum, maximum }: JsonSchema, name: string): unknown {
  switch ([type].flat()[0]) {
    case 'string':
      return STRINGS[format] ?? NAMED.find(([end]) => end.test(name))?.[1] ?? 'text';
    case 'integer':
      return minimum ?? Math.min(12, maximum ?? 12);
    case 'number':
      return minimum === 0 && maximum === 1 ? 0.42 : (minimum ?? maximum ?? 1.5);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}

/** A `curl` command for an operation. It uses the variables `$SERVER` and `$KEY`. */
export function curl(document: ApiDocument, operation: PlacedOperation): string {
  const { method, path, parameters = [], requestBody, responses } = operation;
  const options: string[] = [];
  if ('text/event-stream' in (responses['200']?.content ?? {})) options.push('-N');
  if (method !== 'GET') options.push(`-X ${method}`);
  const inPath = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encode(
      exampleOf(
        document,
        parameters.find((one) => one.in === 'path' && one.name === name),
        name,
      ),
    ),
  );
  const inQuery = parameters.filter((one) => one.in === 'query');
  const query = inQuery
    .filter((one) => one.required || (inQuery.length === 1 && one.example !== undefined))
    .map((one) => `${one.name}=${encode(exampleOf(document, one, one.name))}`);
  const url = `"$SERVER${inPath}${query.length > 0 ? `?${query.join('&')}` : ''}"`;
  const lines = [['curl', ...options, url].join(' ')];
  if (needOf(operation) !== 'public') lines.push('-H "Authorization: Bearer $KEY"');
  return [...lines, ...data(document, requestBody?.content)].join(' \\\n  ');
}

function data(document: ApiDocument, content: PlacedOperation['responses'][string]['content']): string[] {
  const type = Object.keys(content ?? {})[0];
  if (content === undefined || type === undefined) return [];
  const header = `-H 'Content-Type: ${type}'`;
  if (type !== 'application/json') return [header, '--data-binary @FILE'];
  const json = JSON.stringify(sampleOf(document, content, type), null, 2);
  return [header, `-d '${json.replaceAll("'", "'\\''")}'`];
}

/** The example of a media type, or else one that fits its schema. */
export function sampleOf(
  document: ApiDocument,
  content: NonNullable<PlacedOperation['responses'][string]['content']>,
  type: string,
): unknown {
  const { schema = {}, example } = content[type] ?? {};
  return example ?? sample(document, schema);
}

function exampleOf(document: ApiDocument, parameter: Parameter | undefined, name: string): unknown {
  if (parameter === undefined) return name;
  const [first] = Object.values(parameter.examples ?? {});
  return parameter.example ?? first?.value ?? sample(document, parameter.schema, name);
}

/** Escapes a value for a URL within double quotes in a shell. */
function encode(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return encodeURIComponent(text).replaceAll('!', '%21');
}
