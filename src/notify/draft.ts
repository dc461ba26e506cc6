import { isIP } from 'node:net';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { formatTimeOfDay, timeOfDayFrom } from '../calendar/time-of-day.ts';
import { zoneName } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import { checkAll, checkEach } from '../lib/checks.ts';
import { invalid } from '../lib/errors.ts';
import type { QuietHours } from '../storage/ports/contact-points.ts';
import type { Channel } from './channel.ts';
import { CHANNELS, channelOf } from './channels/registry.ts';
import type { DigestDraft } from './digest.ts';
import { checkTemplate } from './messages/render.ts';
import type { Template } from './messages/templates.ts';

/** Quiet hours as a user gives and sees them. */
export interface QuietHoursDraft {
  /** Local times: `22:00`. */
  readonly start: string;
  readonly end: string;
  readonly holdPages: boolean;
}

/** What a user can change of a contact point. */
export interface ContactPointChange {
  readonly name?: string | undefined;
  /** Those that are given replace earlier ones; `null` removes one. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly zone?: string | undefined;
  /** `null`: none. */
  readonly quietHours?: QuietHoursDraft | null | undefined;
  /** `null`: none. */
  readonly digest?: DigestDraft | null | undefined;
  readonly enabled?: boolean | undefined;
  /** `null`: the usual texts. */
  readonly template?: Partial<Template> | null | undefined;
}

/** Whether a connection to an IP address is allowed. */
export type AllowsAddress = (address: string) => boolean;

/** @throws UserError `invalid_input` */
export function channelFrom(kind: string): Channel {
  const channel = channelOf(kind);
  if (channel !== undefined) return channel;
  const known = CHANNELS.map((one) => one.kind).join(', ');
  throw invalid(`channel is "${kind.slice(0, 100)}", expected one of ${known}`, 'channel');
}

/** @throws UserError `invalid_input` */
export function zoneFrom(text: string): string {
  const zone = zoneName(text);
  if (zone !== undefined) return zone;
  throw invalid(`time_zone is "${text.slice(0, 100)}", expected an IANA time zone such as Europe/Madrid`, 'time_zone');
}

/** @throws UserError `invalid_input` */
export function quietHoursFrom({ start, end, holdPages }: QuietHoursDraft): QuietHours {
  const { from, to } = checkAll({
    from: () => timeOfDayFrom('quiet_hours.start', start, DAY - 1),
    to: () => timeOfDayFrom('quiet_hours.end', end, DAY - 1),
  });
  if (from !== to) return { start: from, end: to, holdPages };
  throw invalid(
    `quiet_hours are from ${start} to ${end}, expected different times: messages would wait forever`,
    'quiet_hours',
  );
}

/** The times of quiet hours as text. */
export function quietHoursDraft({ start, end, holdPages }: QuietHours): QuietHoursDraft {
  return { start: formatTimeOfDay(start), end: formatTimeOfDay(end), holdPages };
}

/** @throws UserError `invalid_input` */
export function templateFrom(template: Partial<Template>): Partial<Template> {
  checkTemplate(template);
  return template;
}

/**
 * The settings of a channel, checked. Messages show no value of a secret.
 *
 * @param given `null` removes a setting
 * @throws UserError `invalid_input` naming the settings
 */
export function settingsFrom(
  channel: Channel,
  given: Readonly<Record<string, unknown>>,
  allows: AllowsAddress,
): Record<string, unknown> {
  const { properties } = channel.settings;
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) {
    const known = Object.keys(properties).join(', ');
    throw invalid(`settings has "${unknown.slice(0, 100)}", expected ${known}`, `settings.${unknown.slice(0, 100)}`);
  }
  const checks = Object.entries(properties).map(([name, schema]) => () => {
    const { default: usual } = schema as { readonly default?: unknown };
    settings[name] ??= usual;
    if (settings[name] === undefined) delete settings[name];
    const fault = faultOf(channel, name, schema, settings[name]);
    if (fault !== undefined) throw invalid(fault, `settings.${name}`);
  });
  checkEach(checks);
  for (const url of channel.urls?.(settings) ?? []) {
    const name = Object.keys(settings).find((key) => settings[key] === url);
    refuseAddress(url, name === undefined ? 'settings' : `settings.${name}`, allows);
  }
  return settings;
}

function faultOf(channel: Channel, name: string, schema: TSchema, value: unknown): string | undefined {
  const { description = '' } = schema as { readonly description?: string };
  if (value === undefined) {
    const required = channel.settings.required as readonly string[] | undefined;
    return required?.includes(name) ? `settings.${name} is missing, expected ${description}` : undefined;
  }
  if (Value.Check(schema, value) && !isBrokenUrl(value)) return undefined;
  const isSecret = (channel.secretFields as readonly string[]).includes(name);
  const shown = isSecret ? 'not valid' : JSON.stringify(value).slice(0, 100);
  return `settings.${name} is ${shown}, expected ${description}${exampleOf(schema)}`;
}

/** Of URLs, the pattern checks only the beginning: a port may be too large. */
function isBrokenUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:/.test(value) && !URL.canParse(value);
}

function exampleOf(schema: TSchema): string {
  const { examples = [] } = schema as { readonly examples?: readonly unknown[] };
  return examples.length === 0 ? '' : `, such as ${String(examples[0])}`;
}

/** Names are resolved and checked whenever a message is sent. */
function refuseAddress(url: string, field: string, allows: AllowsAddress): void {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const address = /^localhost\.?$/i.test(host) ? '127.0.0.1' : host;
  if (isIP(address) === 0 || allows(address)) return;
  throw invalid(
    `the URL is at ${host}, which is not a public address; the server can allow it with NOTIFY_ALLOW_PRIVATE`,
    field,
  );
}
