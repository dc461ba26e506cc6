import { formatInstant } from '../calendar/instant.ts';
import type { ChainStore } from '../demo/chain.ts';
import { HEADQUARTERS, type Stories } from '../demo/stories.ts';
import { MINUTE } from '../domain/hours.ts';

/** What to look at in the dashboard of the demo, as lines for people. */
export function thingsToSee({ platform, dead, wrongHours, soon }: Stories, address: string): readonly string[] {
  const page = ({ id }: ChainStore) => `    ${address}/stores/${id}`;
  const middle = formatInstant(Math.round((platform.from + platform.to) / 2 / MINUTE) * MINUTE);
  const began = `${dateOf(platform.from, HEADQUARTERS)} in Chicago`;
  const minutes = (platform.to - platform.from) / MINUTE;
  const lines = [
    `Dashboard: ${address}`,
    '',
    `  ${platform.stores.length} stores on the ordering platform ${platform.name} were offline for ${minutes} minutes: ${began}.`,
    `    ${address}/?as_of=${middle}&label=platform:${platform.name}`,
  ];
  for (const { store, from } of dead) {
    lines.push(`  ${store.name} has been offline since ${dateOf(from, store.zone)}.`, page(store));
  }
  const { store, published, kept } = wrongHours;
  lines.push(
    `  ${store.name} has published that it opens at ${timeOf(published)}, but opens at ${timeOf(kept)}.`,
    page(store),
  );
  if (soon === undefined) return lines;
  const { recovering, failing } = soon;
  lines.push(
    `  ${failing.store.name} goes offline at ${clockTime(failing.from)}, and ${recovering.store.name} comes back at ${clockTime(recovering.to)}.`,
  );
  return [...lines, page(failing.store), page(recovering.store)];
}

/** `Tuesday, Nov 24, 18:40`. */
function dateOf(instant: number, zone: string): string {
  const parts = { weekday: 'long', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-US', { ...parts, hourCycle: 'h23', timeZone: zone }).format(instant);
}

/** `06:00` for milliseconds since midnight. */
function timeOf(time: number): string {
  return formatInstant(time).slice(11, 16);
}

/** `02:31` on the clock of this machine. */
function clockTime(instant: number): string {
  return new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(instant);
}
