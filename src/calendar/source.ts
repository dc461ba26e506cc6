import type { ZoneRules } from './rules.ts';

/** Where rules come from: the program's own data, a folder named by the operator, the system's folder, or Node. */
export const SOURCE_KINDS = ['bundled', 'configured', 'system', 'runtime'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** One release of the time zone database. */
export interface ZoneSource {
  /** Its IANA version: `2026f`. */
  readonly version: string;
  readonly kind: SourceKind;
  /** The file or folder that was read. */
  readonly place: string;
  /** All names in IANA spelling, including links. */
  readonly names: readonly string[];
  /** The target of each link, if the source gives it. */
  readonly targets: ReadonlyMap<string, string>;
  /** @param name in IANA spelling; `undefined`: the source has no such zone */
  rules(name: string): ZoneRules | undefined;
}
