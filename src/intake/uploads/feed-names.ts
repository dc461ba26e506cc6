import { FEED_NAMES, type FeedName } from '../feeds/feeds.ts';

/** The feeds as the API names them: `polls`, `hours`, `zones` … */
export const FEED_WORDS: readonly string[] = FEED_NAMES.map(wordOf);

/** The feed that a word of the API means. */
export function feedFrom(word: string): FeedName {
  const feed = FEED_NAMES.find((name) => wordOf(name) === word);
  if (feed === undefined) throw new Error(`there is no feed ${word}`);
  return feed;
}

/** A feed as the API names it. */
export function wordOf(feed: string): string {
  return feed.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
