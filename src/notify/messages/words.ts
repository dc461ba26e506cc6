import { offsetAt } from '../../calendar/tzdb.ts';
import { MINUTE } from '../../domain/hours.ts';
import { reasonOf } from '../../domain/reasons.ts';
import { UNKNOWN_ZONE } from '../../domain/zone.ts';

const FORMAT = new Intl.DateTimeFormat('en-US', {
  ...{ weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  ...{ hourCycle: 'h23', timeZone: 'UTC' },
});

/** `Fri, Nov 27, 12:05 (UTC−06:00)`: an instant on the clock of a zone. */
export function timeIn(zone: string, instant: number): string {
  const offset = offsetAt(zone, instant);
  return `${FORMAT.format(instant + offset)} (${offsetWords(offset)})`;
}

/** The zone in which times of a store are written: UTC if the given one is invalid. */
export function writtenZone(storeZone: string): string {
  return storeZone === UNKNOWN_ZONE ? 'UTC' : storeZone;
}

/** An instant on the clock of a store, and on that of the recipient; `null`: it is the same. */
export function storeTimes(storeZone: string, recipientZone: string, instant: number): [string, string | null] {
  const zone = writtenZone(storeZone);
  const isSame = offsetAt(zone, instant) === offsetAt(recipientZone, instant);
  return [timeIn(zone, instant), isSame ? null : timeIn(recipientZone, instant)];
}

function offsetWords(offset: number): string {
  if (offset === 0) return 'UTC';
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const digits = (value: number) => String(value).padStart(2, '0');
  return `UTC${offset < 0 ? '−' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
}

/** `45 min`, `2 h 5 min`, `3 d 4 h` */
export function durationWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  const parts = days > 0 ? [`${days} d`, hours > 0 ? `${hours} h` : ''] : [hours > 0 ? `${hours} h` : ''];
  if (days === 0 && (minutes % 60 > 0 || hours === 0)) parts.push(`${minutes % 60} min`);
  return parts.filter((part) => part !== '').join(' ');
}

const WORDS: Readonly<Record<string, string>> = {
  timeout: 'timed out',
  refused: 'connection refused',
  reset: 'connection closed',
  unreachable: 'unreachable',
  dns: 'host name not found',
  tls_expired: 'certificate expired',
  tls_untrusted: 'certificate not trusted',
  tls_name: 'certificate for another name',
  tls: 'TLS error',
  redirects: 'too many redirects',
  too_large: 'response too large',
  body_value: 'value missing in the response',
  body_unreadable: 'response is not JSON',
  closed_by_store: 'closed by the store',
};

/** A reason in words, with the platform's own word: `closed by the store: PAUSED`. */
export function reasonWords(reason: string): string {
  const { code, detail } = reasonOf(reason);
  if (code === 'other') return detail ?? 'another reason';
  const words = WORDS[code] ?? code.replace('http_', 'HTTP ');
  return detail === undefined ? words : `${words}: ${detail}`;
}
