import { invalid } from '../../lib/errors.ts';

/** A parsed JSON pointer (RFC 6901): its names and array indexes. */
export type JsonPointer = readonly string[];

/**
 * Parses a JSON pointer.
 *
 * @param name the variable it comes from
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

/** The value at a pointer; `undefined`: there is none. */
export function valueAt(document: unknown, pointer: JsonPointer): unknown {
  let value = document;
  for (const name of pointer) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    else value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
