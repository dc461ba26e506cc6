import { invalid, messageOf } from '../lib/errors.ts';
import { bundledZones } from './packed.ts';
import { offsetsBetween, type ZoneRules } from './rules.ts';
import { RUNTIME_VERSION, runtimeName, runtimeOffsets } from './runtime.ts';
import type { SourceKind, ZoneSource } from './source.ts';
import { compareTzVersions } from './version.ts';
import { SYSTEM_FOLDER, zoneinfoFolder, zoneinfoVersion } from './zoneinfo.ts';

/** Which rules are in use. */
export interface ZoneRelease {
  /** Its IANA version: `2026f`. */
  readonly version: string;
  readonly kind: SourceKind;
  /** The file or folder of the rules. */
  readonly place: string;
}

/**
 * The time zones. Rules come from the newest source that has the zone, and finally from Node. Of sources with equal
 * versions the first wins.
 */
export class TimeZones {
  readonly release: ZoneRelease;
  readonly #sources: readonly ZoneSource[];
  readonly #names = new Map<string, string>();
  readonly #rules = new Map<string, ZoneRules | undefined>();

  constructor(sources: readonly ZoneSource[]) {
    this.#sources = sources.toSorted((a, b) => compareTzVersions(b.version, a.version));
    const { version, kind, place } = this.#sources[0] ?? { version: RUNTIME_VERSION, kind: 'runtime', place: 'Node' };
    this.release = { version, kind, place };
    for (const { names } of this.#sources.toReversed()) {
      for (const name of names) this.#names.set(name.toLowerCase(), name);
    }
  }

  /** Sorted. */
  get names(): readonly string[] {
    return [...this.#names.values()].sort();
  }

  /** The IANA spelling of a name in any case; `undefined`: neither a source nor Node knows the zone. */
  nameOf(text: string): string | undefined {
    return this.#names.get(text.toLowerCase()) ?? runtimeName(text);
  }

  /**
   * The offsets that apply somewhere in `[from, to]` (instants in milliseconds).
   *
   * @throws RangeError when there is no such zone
   */
  offsetsBetween(name: string, from: number, to: number): ZoneRules {
    const known = this.#names.get(name.toLowerCase());
    const rules = known === undefined ? undefined : this.#rulesOf(known);
    return rules === undefined ? runtimeOffsets(name, from, to) : offsetsBetween(rules, from, to);
  }

  #rulesOf(name: string): ZoneRules | undefined {
    if (!this.#rules.has(name)) this.#rules.set(name, this.#find(name));
    return this.#rules.get(name);
  }

  /** Systems may lack old names, so these are looked up by the link target that another source gives. */
  #find(name: string): ZoneRules | undefined {
    const names = [name, ...this.#sources.flatMap(({ targets }) => targets.get(name) ?? [])];
    for (const source of this.#sources) {
      for (const one of names) {
        const rules = source.rules(one);
        if (rules !== undefined) return rules;
      }
    }
    return undefined;
  }
}

/**
 * The newest of the program's own rules, those in the operator's folder and those of the system.
 *
 * @param configured the operator's folder, if there is one
 * @throws UserError `invalid_input` naming that folder when it cannot be read
 */
export function readTimeZones(configured: string | undefined, system = SYSTEM_FOLDER): TimeZones {
  const bundled = bundledZones();
  const sources = bundled === undefined ? [] : [bundled];
  if (configured !== undefined) sources.push(configuredFolder(configured));
  const newest =
    sources
      .map(({ version }) => version)
      .sort(compareTzVersions)
      .at(-1) ?? '';
  const own = systemFolder(system, newest);
  if (own !== undefined) sources.push(own);
  return new TimeZones(sources);
}

function configuredFolder(folder: string): ZoneSource {
  try {
    return zoneinfoFolder(folder, 'configured');
  } catch (error) {
    const expected = 'expected a folder of compiled time zones such as /usr/share/zoneinfo';
    throw invalid(`TZDATA_DIR is "${folder}", ${expected}: ${messageOf(error)}`, 'TZDATA_DIR');
  }
}

/** The system's folder is optional: it is ignored if it is missing, damaged or not newer. */
function systemFolder(folder: string, newest: string): ZoneSource | undefined {
  try {
    if (compareTzVersions(zoneinfoVersion(folder), newest) <= 0) return undefined;
    return zoneinfoFolder(folder, 'system');
  } catch {
    return undefined;
  }
}
