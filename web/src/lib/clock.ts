/** Clocks on walls: what people read at an instant in a zone, in their own spelling. */

export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(undefined, { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

/** `14:03` */
export function timeOfDay(instant: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit' }).format(instant);
}

export function timeWithSeconds(instant: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant);
}

/** `Wed, 25 Jan, 14:03` */
export function dayAndTime(instant: number, zone: string): string {
  return format(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instant);
}

/** With the year and the name of the zone: what a hover shows. */
export function fullTime(instant: number, zone: string): string {
  return format(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(instant);
}

export function dateAndTime(instant: number, zone: string): string {
  return format(zone, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(
    instant,
  );
}

export function weekday(instant: number, zone: string): string {
  return format(zone, { weekday: 'short' }).format(instant);
}

export function dayAndMonth(instant: number, zone: string): string {
  return format(zone, { day: 'numeric', month: 'short' }).format(instant);
}

/** A date that is no instant, such as that of special hours. */
export function calendarDate(date: string): string {
  return format('UTC', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(
    Date.parse(`${date}T00:00:00Z`),
  );
}

export function zoneAbbreviation(instant: number, zone: string): string {
  const parts = format(zone, { timeZoneName: 'short' }).formatToParts(instant);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

/** Names of the days, Monday first. */
export function weekdayNames(): string[] {
  const monday = Date.UTC(2024, 0, 1);
  return Array.from({ length: 7 }, (_, day) => format('UTC', { weekday: 'long' }).format(monday + day * 86_400_000));
}
