import { resolve, sep } from 'node:path';
import { invalid, systemReason } from '../../lib/errors.ts';
import { realpath, stat } from '../../lib/world/files.ts';
import type { FeedName } from '../feeds/registry.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type DownloadOptions, download } from './download.ts';
import { ChangedWhileRead, type FoundIncrement, findIncrement, type Increment } from './increment.ts';
import { isUrl, labelOf } from './sources.ts';

/** One file or URL of a source. */
export interface SourceLocation {
  readonly feed: FeedName;
  /** A path or a URL. */
  readonly name: string;
  /** The folder that the file must be in after links are resolved; `undefined`: it is a URL. */
  readonly root: string | undefined;
}

/** What is new in a file or URL. */
export interface SourceChanges {
  /** `undefined`: nothing. */
  readonly increment: Increment | undefined;
  /** The checkpoint to save after the import. Rejects if the file has changed in the meantime. */
  checkpoint(): Promise<Checkpoint>;
  /** Deletes temporary files. */
  remove(): Promise<void>;
}

/** A file that has not changed for this many milliseconds is taken to be complete. */
const IDLE_AFTER = 60_000;
/** A file that is read whole must not have changed for this many milliseconds. */
const MIN_IDLE = 2_000;

/** The name of a location in the database. */
export function locationKey({ name }: Pick<SourceLocation, 'name'>): string {
  return isUrl(name) ? labelOf(name) : resolve(name);
}

/** Finds what is new in a file or URL. @throws UserError, ChangedWhileRead */
export function changesIn(
  location: SourceLocation,
  checkpoint: Checkpoint | undefined,
  now: number,
  downloads: DownloadOptions,
): Promise<SourceChanges> {
  const { root } = location;
  return root === undefined
    ? changesInUrl(location, checkpoint, now, downloads)
    : changesInFile({ ...location, root }, checkpoint, now);
}

async function changesInFile(
  { feed, name, root }: SourceLocation & { root: string },
  checkpoint: Checkpoint | undefined,
  now: number,
): Promise<SourceChanges> {
  const path = await pathWithin(root, name);
  const seen = await statOf(path, name);
  if (checkpoint?.version === seen.version) return unchanged(checkpoint);
  // The time of a file may be in the future if the clock is behind.
  const age = Math.abs(now - seen.modifiedAt);
  const content = { path, start: 0, size: seen.size };
  const found = await findIncrement(content, { feed, label: name, checkpoint, isIdle: age > IDLE_AFTER });
  const { increment } = found;
  if (increment !== undefined && increment.read === undefined && age < MIN_IDLE) throw new ChangedWhileRead(name);
  return {
    increment,
    checkpoint: async () => {
      if (increment?.read === undefined && (await statOf(path, name)).version !== seen.version) {
        throw new ChangedWhileRead(name);
      }
      return checkpointAfter(found, seen.version, checkpoint);
    },
    remove: async () => increment?.remove(),
  };
}

async function changesInUrl(
  { feed, name }: SourceLocation,
  checkpoint: Checkpoint | undefined,
  now: number,
  downloads: DownloadOptions,
): Promise<SourceChanges> {
  const downloaded = await download(name, checkpoint, downloads);
  if (downloaded === undefined) return unchanged(checkpoint ?? { version: '' });
  try {
    const { content, etag, lastModified } = downloaded;
    const modifiedAt = Date.parse(lastModified ?? '');
    const isIdle = Number.isNaN(modifiedAt) || Math.abs(now - modifiedAt) > IDLE_AFTER;
    const found = await findIncrement(content, { feed, label: labelOf(name), checkpoint, isIdle });
    const validators = found.hasPartialLine ? {} : { ...(etag && { etag }), ...(lastModified && { lastModified }) };
    return {
      increment: found.increment,
      checkpoint: async () => ({ ...checkpointAfter(found, '', checkpoint), ...validators }),
      remove: async () => {
        await found.increment?.remove();
        await downloaded.remove();
      },
    };
  } catch (error) {
    await downloaded.remove();
    throw error;
  }
}

/** Without a version, the next sync looks for the rest of a partial line even if nothing has changed. */
function checkpointAfter(
  { increment, hasPartialLine }: FoundIncrement,
  version: string,
  before: Checkpoint | undefined,
): Checkpoint {
  const read = increment === undefined ? before?.read : increment.read;
  return { version: hasPartialLine ? '' : version, ...(read && { read }) };
}

function unchanged(checkpoint: Checkpoint): SourceChanges {
  return { increment: undefined, checkpoint: async () => checkpoint, remove: async () => {} };
}

/** The path of a file without links. Users who can write in a folder must not turn other local files into a feed. */
async function pathWithin(root: string, name: string): Promise<string> {
  let [path, folder] = ['', ''];
  try {
    [path, folder] = await Promise.all([realpath(name), realpath(root)]);
  } catch (error) {
    throw invalid(`${name} cannot be read: ${systemReason(error)}`);
  }
  if (path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return path;
  throw invalid(`${name} is a link to a file outside ${root}, expected a file in that folder`);
}

async function statOf(path: string, label: string): Promise<{ size: number; modifiedAt: number; version: string }> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return { size, modifiedAt: mtimeMs, version: `${size} ${mtimeMs} ${ino}` };
  } catch (error) {
    throw invalid(`${label} cannot be read: ${systemReason(error)}`);
  }
}
