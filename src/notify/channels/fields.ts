import { type TSchemaOptions, Type } from 'typebox';

const LONGEST_URL = 2_000;

/** An `https:` or `http:` URL without a user name. */
export function UrlField(description: string, options: TSchemaOptions = {}) {
  return Type.String({
    maxLength: LONGEST_URL,
    pattern: '^https?://[^\\s@/?#]+([/?#]\\S*)?$',
    description,
    ...options,
  });
}

/** A secret: one line without white space. */
export function SecretField(description: string, options: TSchemaOptions = {}) {
  return Type.String({ minLength: 1, maxLength: 500, pattern: '^[\\x21-\\x7e]+$', description, ...options });
}

/** The host of a URL, which reveals no secret. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** A text with the links of a message, one to a line. */
export function withLinks(text: string, url: string | undefined, acknowledgeUrl: string | undefined): string {
  const links = [
    ...(url === undefined ? [] : [`Details: ${url}`]),
    ...(acknowledgeUrl === undefined ? [] : [`Acknowledge: ${acknowledgeUrl}`]),
  ];
  return [text, links.join('\n')].filter((part) => part !== '').join('\n\n');
}
