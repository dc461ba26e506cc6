import type { ZoneRules } from './rules.ts';

/** Where rules come from: the program's own data, a folder that the operator names, that of the system, or Node. */
export const SOURCE_KINDS = ['bundled', 'configured', 'system', 'runtime'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** One release of the time zone database. */
export interface ZoneSource {
  /** As IANA calls it: `2026f`. */
  readonly version: string;
  readonly kind: SourceKind;
  /** The file or folder that was read. */
  readonly place: string;
  /** All names in the spelling of IANA, links included. */
  readonly names: readonly string[];
  /** The zone that each link stands for, as far as the source says so. */
  readonly targets: ReadonlyMap<string, string>;
  /** @param name in the spelling of IANA; `undefined` when the source has no such zone */
  rules(name: string): ZoneRules | undefined;
}
