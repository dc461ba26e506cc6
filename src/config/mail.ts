import { emailOf } from '../lib/email.ts';
import { invalid } from '../lib/errors.ts';
import type { SmtpSettings } from '../mail/smtp.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };

/**
 * Where people reach the dashboard, without a slash at its end; `undefined` if it is not configured.
 *
 * @throws UserError `invalid_input`
 */
export function publicUrlFrom({ PUBLIC_URL: value = '' }: Environment): string | undefined {
  if (value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const plain =
    url !== undefined && url.username === '' && url.pathname === '/' && url.search === '' && url.hash === '';
  if (plain && /^https?:$/.test(url.protocol)) return url.origin;
  throw invalid(`PUBLIC_URL is "${value}", expected a URL without a path such as https://monitor.example.com`);
}

/**
 * The mail server and the sender; `undefined` without `SMTP_URL`.
 *
 * @throws UserError `invalid_input` naming the variable and what was expected, never a secret
 */
export function loadMailConfig(env: Environment): SmtpSettings | undefined {
  const { SMTP_URL: url = '', MAIL_FROM: from = '' } = env;
  if (url === '') {
    if (from === '') return undefined;
    throw invalid('MAIL_FROM is set, but SMTP_URL is not; expected both');
  }
  const missing = (['MAIL_FROM', 'PUBLIC_URL'] as const).find((name) => !env[name]);
  if (missing !== undefined) throw invalid(`SMTP_URL is set, but ${missing} is not; expected both`);
  return Object.freeze({ ...serverFrom(url), from: senderFrom(from) });
}

function serverFrom(value: string): Omit<SmtpSettings, 'from'> {
  const expected = 'expected smtp://USER:PASSWORD@HOST:PORT or smtps://… (with %-escapes)';
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const port = url && PORTS[url.protocol];
  if (url === undefined || port === undefined || url.hostname === '')
    throw invalid(`SMTP_URL is not valid, ${expected}`);
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw invalid(`SMTP_URL has a path, a query or a fragment, ${expected}`);
  }
  const user = decoded(url.username);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? port : Number(url.port),
    secure: url.protocol === 'smtps:',
    ...(user !== '' && { credentials: { user, password: decoded(url.password) } }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('SMTP_URL has a % that is no escape, expected %25 for it');
  }
}

function senderFrom(value: string): string {
  const [, name = '', address = value] = /^([^<>]*)<([^<>]+)>$/.exec(value) ?? [];
  if (emailOf(address) !== undefined && !/\p{C}/u.test(name)) return value;
  throw invalid(`MAIL_FROM is "${value}", expected an email address, or NAME <ADDRESS>`);
}
