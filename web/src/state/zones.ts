import { learnZone } from '../lib/zones.ts';
import { call } from './api.ts';

/** Covers all instants that pages can display, in a response of a few kilobytes. */
const STRETCH = { from: '2000-01-01T00:00:00Z', to: '2060-01-01T00:00:00Z' } as const;

const asked = new Map<string, Promise<void>>();

/** Loads the offsets of zones, each once, before times in them are displayed. */
export async function bringZones(names: Iterable<string>): Promise<void> {
  await Promise.all(Array.from(new Set(names), bringZone));
}

function bringZone(name: string): Promise<void> {
  const known = asked.get(name);
  if (known !== undefined) return known;
  const bringing = bring(name);
  asked.set(name, bringing);
  bringing.catch(() => asked.delete(name));
  return bringing;
}

async function bring(name: string): Promise<void> {
  const { offsets } = await call('GET /api/v1/zones/{name}', { path: { name }, query: STRETCH });
  learnZone(name, {
    starts: offsets.map(({ from }) => (from === null ? Number.NEGATIVE_INFINITY : Date.parse(from))),
    offsets: offsets.map(({ offset_seconds }) => offset_seconds * 1_000),
  });
}
