import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import type { ZoneRules } from './rules.ts';
import type { SourceKind, ZoneSource } from './source.ts';
import { readTzif } from './tzif.ts';
import { isTzVersion } from './version.ts';

/** The usual folders of the system's time zones. */
export const SYSTEM_FOLDER = '/usr/share/zoneinfo';

/** A part of a zone's name. `posix`, `right`, `localtime` and other files begin with a lower-case letter. */
const PART = /^[A-Z][A-Za-z0-9_+-]*$/;
/** The zone of a computer whose location was never set. */
const NO_PLACE = 'Factory';

/**
 * A folder of compiled zones (TZif files), all of which are read.
 *
 * @throws Error naming the problem
 */
export function zoneinfoFolder(folder: string, kind: SourceKind): ZoneSource {
  const version = zoneinfoVersion(folder);
  const zones = new Map<string, ZoneRules>();
  for (const name of namesIn(folder, '')) {
    try {
      zones.set(name, readTzif(readFileSync(join(folder, name))));
    } catch (error) {
      throw new Error(`its file ${name} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }
  if (!zones.has('Etc/UTC')) throw new Error('it has no zone Etc/UTC');
  return {
    version,
    kind,
    place: folder,
    names: [...zones.keys()],
    targets: new Map(),
    rules: (name) => zones.get(name),
  };
}

/**
 * The release of a folder, from the first line of `tzdata.zi`, or else from `+VERSION` or `version`.
 *
 * @throws Error if none of them names it
 */
export function zoneinfoVersion(folder: string): string {
  const files = ['tzdata.zi', '+VERSION', 'version'];
  for (const file of files) {
    const [line = ''] = textOf(join(folder, file)).split('\n', 1);
    const version = line.replace(/^# version /, '').trim();
    if (isTzVersion(version)) return version;
  }
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  throw new Error(isThere ? `it names no version such as "2026f" in ${files.join(', ')}` : 'there is no such folder');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function namesIn(folder: string, before: string): string[] {
  return readdirSync(join(folder, before), { withFileTypes: true }).flatMap((entry) => {
    const name = `${before}${entry.name}`;
    if (!PART.test(entry.name) || name === NO_PLACE) return [];
    // Links lead to zones; following a link to a folder could loop.
    return entry.isDirectory() ? namesIn(folder, `${name}/`) : [name];
  });
}
