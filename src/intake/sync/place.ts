import { resolve, sep } from 'node:path';
import { invalid, systemReason } from '../../lib/errors.ts';
import { realpath, stat } from '../../lib/world/files.ts';
import type { FeedName } from '../feeds/feeds.ts';
import { type DownloadOptions, download } from './download.ts';
import type { Mark } from './mark.ts';
import { ChangedMeanwhile, type Found, findNew, type Piece } from './piece.ts';
import { isUrl, labelOf } from './sources.ts';

/** One file or URL of a feed. */
export interface Place {
  readonly feed: FeedName;
  /** A path or a URL. */
  readonly name: string;
  /** The folder that a path must stay in, whatever links there are; `undefined`: it is a URL. */
  readonly root: string | undefined;
}

/** What is new at a place. */
export interface Visit {
  /** `undefined`: nothing. */
  readonly piece: Piece | undefined;
  /** What to note once the piece is imported; rejects when the place changed meanwhile. */
  mark(): Promise<Mark>;
  /** Takes away what was copied. */
  remove(): Promise<void>;
}

/** Nobody writes a file any more that has not changed for so many milliseconds. */
const REST = 60_000;
/** One that is read whole must have been left alone for so long. */
const SHORT_REST = 2_000;

/** What a place is called in the database. */
export function placeKey({ name }: Pick<Place, 'name'>): string {
  return isUrl(name) ? labelOf(name) : resolve(name);
}

/** Looks what is new. @throws UserError, ChangedMeanwhile */
export function visit(place: Place, mark: Mark | undefined, now: number, downloads: DownloadOptions): Promise<Visit> {
  const { root } = place;
  return root === undefined ? visitUrl(place, mark, now, downloads) : visitFile({ ...place, root }, mark, now);
}

async function visitFile(
  { feed, name, root }: Place & { root: string },
  mark: Mark | undefined,
  now: number,
): Promise<Visit> {
  const path = await pathWithin(root, name);
  const seen = await look(path, name);
  if (mark?.version === seen.version) return unchanged(mark);
  // A file may be of the future, on a machine whose clock is behind.
  const age = Math.abs(now - seen.modifiedAt);
  const extract = { path, start: 0, size: seen.size };
  const found = await findNew(extract, { feed, label: name, mark, atRest: age > REST });
  if (found.piece !== undefined && found.piece.read === undefined && age < SHORT_REST) throw new ChangedMeanwhile(name);
  return {
    piece: found.piece,
    mark: async () => {
      if (found.piece?.read === undefined && (await look(path, name)).version !== seen.version) {
        throw new ChangedMeanwhile(name);
      }
      return markOf(found, seen.version, mark);
    },
    remove: async () => found.piece?.remove(),
  };
}

async function visitUrl(
  { feed, name }: Place,
  mark: Mark | undefined,
  now: number,
  downloads: DownloadOptions,
): Promise<Visit> {
  const got = await download(name, mark, downloads);
  if (got === undefined) return unchanged(mark ?? { version: '' });
  try {
    const modifiedAt = Date.parse(got.lastModified ?? '');
    const atRest = Number.isNaN(modifiedAt) || Math.abs(now - modifiedAt) > REST;
    const found = await findNew(got.extract, { feed, label: labelOf(name), mark, atRest });
    const { etag, lastModified } = got;
    const validators = found.unended ? {} : { ...(etag && { etag }), ...(lastModified && { lastModified }) };
    return {
      piece: found.piece,
      mark: async () => ({ ...markOf(found, '', mark), ...validators }),
      remove: async () => {
        await found.piece?.remove();
        await got.remove();
      },
    };
  } catch (error) {
    await got.remove();
    throw error;
  }
}

/** A line that waits has to be looked for again, even if nothing changes. */
function markOf({ piece, unended }: Found, version: string, before: Mark | undefined): Mark {
  const read = piece === undefined ? before?.read : piece.read;
  return { version: unended ? '' : version, ...(read && { read }) };
}

function unchanged(mark: Mark): Visit {
  return { piece: undefined, mark: async () => mark, remove: async () => {} };
}

/** The path of a file without links. Whoever may write in a folder must not make other files of this machine a feed. */
async function pathWithin(root: string, name: string): Promise<string> {
  let [path, folder] = ['', ''];
  try {
    [path, folder] = await Promise.all([realpath(name), realpath(root)]);
  } catch (error) {
    throw invalid(`${name} cannot be read: ${systemReason(error)}`);
  }
  if (path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return path;
  throw invalid(`${name} is a link that leads out of ${root}, expected a file in that folder`);
}

async function look(path: string, label: string): Promise<{ size: number; modifiedAt: number; version: string }> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return { size, modifiedAt: mtimeMs, version: `${size} ${mtimeMs} ${ino}` };
  } catch (error) {
    throw invalid(`${label} cannot be read: ${systemReason(error)}`);
  }
}
