import type { Feed } from './feed.ts';
import { hours } from './kinds/hours.ts';
import { polls } from './kinds/polls.ts';
import { sales } from './kinds/sales.ts';
import { specialHours } from './kinds/special-hours.ts';
import { stores } from './kinds/stores.ts';
import { zones } from './kinds/zones.ts';

/** All feeds, in the order in which they are imported. */
export const FEEDS = [stores, zones, hours, specialHours, polls, sales] as const;

export type FeedName = (typeof FEEDS)[number]['name'];

/** One of `FEEDS`. */
export type KnownFeed = Feed<FeedName>;

const BY_NAME: ReadonlyMap<string, KnownFeed> = new Map(FEEDS.map((feed) => [feed.name, feed]));
const BY_API_NAME: ReadonlyMap<string, KnownFeed> = new Map(FEEDS.map((feed) => [feed.apiName, feed]));

export function feedNamed(name: FeedName): KnownFeed {
  return BY_NAME.get(name) as KnownFeed;
}

/** @param apiName validated, such as `special_hours` */
export function feedByApiName(apiName: string): KnownFeed {
  const feed = BY_API_NAME.get(apiName);
  if (feed === undefined) throw new Error(`there is no feed "${apiName}"`);
  return feed;
}

/** The API name of a feed. A name stored by a newer version is returned as it is. */
export function apiNameOf(name: string): string {
  return BY_NAME.get(name)?.apiName ?? name;
}

/** The title of a feed. A name stored by a newer version is returned as it is. */
export function titleOf(name: string): string {
  return BY_NAME.get(name)?.title ?? name;
}
