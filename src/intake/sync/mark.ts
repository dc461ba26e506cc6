import type { StandingRejects } from '../../storage/ports/sync-log.ts';
import type { Prints } from './prints.ts';

/** What is noted about a file or URL when it was read, for the next time. */
export interface Mark {
  /** What tells without a look inside that nothing changed: of a file its size, time and number, of a URL its validators. */
  readonly version: string;
  /** How far it was read, where only what is added to it is to be read next time. */
  readonly read?: ReadSoFar;
  readonly etag?: string;
  readonly lastModified?: string;
  /** The bad rows in what was read of it, as long as that is its content. */
  readonly standing?: StandingRejects | undefined;
}

export interface ReadSoFar {
  /** Up to the end of a line; bytes. */
  readonly bytes: number;
  /** Lines in them. */
  readonly lines: number;
  /** The lines up to and with the header. */
  readonly header: string;
  readonly prints: Prints;
}

/** A mark that cannot be read is none: the source is read whole. */
export function parseMark(text: string | undefined): Mark | undefined {
  if (text === undefined) return undefined;
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null;
    return typeof mark?.version === 'string' ? (mark as Mark) : undefined;
  } catch {
    return undefined;
  }
}
