import { formatInstant } from '../calendar/instant.ts';
import type { ChainStore } from '../demo/chain.ts';
import { HEADQUARTERS, type Stories } from '../demo/stories.ts';
import { MINUTE } from '../domain/hours.ts';

/** What to look at in the dashboard of a running demo, as lines for people. */
export async function thingsToSee(
  { platform, dead, wrongHours, soon }: Stories,
  address: string,
): Promise<readonly string[]> {
  const page = ({ id }: ChainStore) => `    ${address}/stores/${id}`;
  const middle = formatInstant(Math.round((platform.from + platform.to) / 2 / MINUTE) * MINUTE);
  const offline = `as_of=${middle}&label=platform:${platform.name}&state=offline`;
  const minutes = (platform.to - platform.from) / MINUTE;
  const lines = [
    `Dashboard: ${address}`,
    '',
    `  The ordering platform ${platform.name} was down for ${minutes} minutes from ${dateOf(platform.from, HEADQUARTERS)}.`,
    `  Of its ${platform.stores.length} stores, ${await countOf(address, offline)} were scheduled open then and offline.`,
    `    ${address}/?${offline}`,
  ];
  for (const { store, from } of dead) {
    lines.push(`  ${store.name} has been offline since ${dateOf(from, store.zone)}.`, page(store));
  }
  const { store, published, kept } = wrongHours;
  lines.push(
    `  ${store.name} has published that it opens at ${timeOf(published)}, but opens at ${timeOf(kept)} (store local time).`,
    page(store),
  );
  if (soon === undefined) return lines;
  const { recovering, failing } = soon;
  lines.push(
    `  ${failing.store.name} goes offline at ${clockTime(failing.from)}, and ${recovering.store.name} comes back at ${clockTime(recovering.to)}.`,
  );
  return [...lines, page(failing.store), page(recovering.store)];
}

/** How many stores the list of the dashboard has with this query. */
async function countOf(address: string, query: string): Promise<number> {
  const answer = await fetch(`${address}/api/v1/stores?${query}&limit=1`);
  return ((await answer.json()) as { total: number }).total;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'shortOffset' } as const;

/** `Tuesday, Nov 24, 18:40 UTC−6`. */
function dateOf(instant: number, zone: string): string {
  const parts = { weekday: 'long', month: 'short', day: 'numeric', ...CLOCK } as const;
  return withOffset(new Intl.DateTimeFormat('en-US', { ...parts, timeZone: zone }).format(instant));
}

/** `06:00` for milliseconds since midnight. */
function timeOf(time: number): string {
  return formatInstant(time).slice(11, 16);
}

/** `02:31 UTC−6` on the clock of this machine. */
function clockTime(instant: number): string {
  return withOffset(new Intl.DateTimeFormat('en-US', CLOCK).format(instant));
}

/** Names the offset as the dashboard does: `UTC−6` for `GMT-6`. */
function withOffset(text: string): string {
  return text.replace(/GMT([-+]?)/, (_match, sign: string) => `UTC${sign === '-' ? '−' : sign}`);
}
