import { type Command, Option } from 'commander';
import type { FeedFiles } from '../intake/feeds/import.ts';
import { FEEDS, type KnownFeed } from '../intake/feeds/registry.ts';

/** The values of the options below, by the names that commander gives them. Those of the feeds are lists of files. */
export interface FeedFlags {
  readonly strict?: boolean;
  readonly maxBadShare?: string;
  readonly rejects?: string;
  readonly [option: string]: unknown;
}

const FEED_OPTIONS = FEEDS.flatMap(({ name: feed, option, oldOption, title }: KnownFeed) => {
  const description = `the feed of ${title}: files, folders or patterns of CSV, CSV.gz or Parquet; - for standard input`;
  const present = { feed, option: new Option(`${option} <files...>`, description) };
  if (oldOption === undefined) return [present];
  return [present, { feed, option: new Option(`${oldOption} <files...>`, `the same as ${option}`).hideHelp() }];
});

/** The description of `--max-bad-share`. */
export const MAX_BAD_SHARE =
  'refuse a file if more than this share of its rows is bad, from 0 to 1 (MAX_BAD_SHARE, default 0.1)';

/** Adds the options of every command that reads feeds. */
export function withFeedOptions(command: Command): Command {
  for (const { option } of FEED_OPTIONS) command.addOption(option);
  return command
    .option('--strict', 'refuse the import if any row is bad')
    .option('--max-bad-share <share>', MAX_BAD_SHARE)
    .option('--rejects <file>', 'the file for bad rows and their reasons (default: ./var/rejects/<time>.csv)');
}

export function namesFeeds(flags: FeedFlags): boolean {
  return FEED_OPTIONS.some(({ option }) => flags[option.attributeName()] !== undefined);
}

/** The files that a command line names. */
export function filesIn(flags: FeedFlags): FeedFiles {
  const given = FEED_OPTIONS.map(({ feed, option }) => {
    return { feed, files: (flags[option.attributeName()] ?? []) as readonly string[] };
  });
  return Object.fromEntries(
    FEEDS.map(({ name }) => [name, given.filter(({ feed }) => feed === name).flatMap(({ files }) => files)]),
  );
}
