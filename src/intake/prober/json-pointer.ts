import { invalid } from '../../lib/errors.ts';

/** A JSON pointer (RFC 6901), taken apart: the names and positions on the way. */
export type JsonPointer = readonly string[];

/**
 * @param name what the user calls it
 * @throws UserError `invalid_input`
 */
export function parsePointer(name: string, text: string): JsonPointer {
  if (text !== '' && !text.startsWith('/')) {
    throw invalid(`${name} is "${text}", expected a JSON pointer such as "/store/status"`, name);
  }
  if (/~(?![01])/.test(text)) {
    throw invalid(`${name} is "${text}": in a JSON pointer "~" is written "~0" and "/" in a name "~1"`, name);
  }
  const names = text.split('/').slice(1);
  return names.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at the pointer; `undefined`: nothing. */
export function valueAt(document: unknown, pointer: JsonPointer): unknown {
  let value = document;
  for (const name of pointer) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    else value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
