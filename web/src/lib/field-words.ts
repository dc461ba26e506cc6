/** What to do about faults that the API can only describe. */
const PLAIN: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/contact_points is empty and owners is false/, 'Choose a contact point, or the owners of the stores.'],
  [/^(?:reason|name|text) is empty/, 'Enter some text.'],
];

/**
 * A message of the API about a field, as people read it: `time_zone is "Mars"` is `Time zone is "Mars"`.
 *
 * @param field its path in the request
 */
export function faultInWords(field: string, message: string): string {
  const plain = PLAIN.find(([pattern]) => pattern.test(message));
  if (plain !== undefined) return plain[1];
  const name = [field, field.split('.').at(-1) ?? ''].find((one) => one !== '' && message.startsWith(`${one} `));
  return name === undefined ? message : fieldWords(name) + message.slice(name.length);
}

/**
 * The same with the name of the field in front, for a message that stands apart from it: `is ""` is `Name is ""`;
 * `undefined`: the message is no sentence about the field.
 */
export function faultSentence(field: string, message: string): string | undefined {
  const words = faultInWords(field, message);
  if (words !== message) return words;
  return /^(is|has) /.test(message) ? `${fieldWords(field)} ${message}` : undefined;
}

/** The name of a field in words: `store_id` is `Store ID`. */
export function fieldWords(name: string): string {
  const last = name.split('.').at(-1) ?? name;
  const words = last.replaceAll('_', ' ').replace(/\b(id|url|sid)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A message that stands alone, as a sentence: `there is no store "9"` is `There is no store "9".` */
export function asSentence(message: string): string {
  const begin = /^[a-z]+[ ,]/.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
  return /[\w")\]]$/.test(begin) ? `${begin}.` : begin;
}
