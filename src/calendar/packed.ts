import { createRequire } from 'node:module';
import { RulesBuilder, type ZoneRules } from './rules.ts';
import type { ZoneSource } from './source.ts';
import { isTzVersion } from './version.ts';

interface PackedData {
  readonly version: string;
  /** `name|abbreviations|offsets|indices|untils|population`, as `unpackRules` reads it. */
  readonly zones: readonly string[];
  /** `target|other name` */
  readonly links: readonly string[];
}

const DATA = 'moment-timezone/data/packed/latest.json';

/** The program's own rules, from the package moment-timezone; `undefined` without the package. */
export function bundledZones(): ZoneSource | undefined {
  const require = createRequire(import.meta.url);
  try {
    return packedZones(require(DATA) as PackedData);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function packedZones({ version, zones, links }: PackedData): ZoneSource {
  if (!isTzVersion(version)) throw new Error(`${DATA} has the version "${version}", expected one such as "2026f"`);
  const packed = new Map(zones.map((text) => [text.slice(0, text.indexOf('|')), text]));
  const targets = new Map(
    links.map((link) => {
      const [target = '', name = ''] = link.split('|');
      return [name, target];
    }),
  );
  return {
    ...{ version, kind: 'bundled', place: DATA, targets },
    names: [...packed.keys(), ...targets.keys()],
    rules: (name) => {
      const text = packed.get(targets.get(name) ?? name);
      return text === undefined ? undefined : unpackRules(text);
    },
  };
}

/**
 * The rules of a packed zone. Its third field lists offsets in minutes west of UTC; the fourth has a digit for each
 * period, the index of its offset; the fifth lists the lengths of all periods but the last in minutes, the first counted
 * from 1970. All numbers are in base 60.
 */
export function unpackRules(packed: string): ZoneRules {
  const [, , offsetsText = '', indices = '', lengths = ''] = packed.split('|');
  const offsets = offsetsText.split(' ').map((text) => 0 - milliseconds(text));
  const offset = (at: number) => offsets[digit(indices.charCodeAt(at))] as number;
  const rules = new RulesBuilder(offset(0));
  let start = 0;
  lengths.split(' ').forEach((text, i) => {
    if (text === '') return;
    start += milliseconds(text);
    rules.add(start, offset(i + 1));
  });
  return rules.build();
}

/** A number of minutes in base 60, `-1g.M`; the tables are exact to the second. */
function milliseconds(text: string): number {
  const [, sign, whole = '', fraction = ''] = /^(-?)([^.]*)\.?(.*)$/.exec(text) ?? [];
  let minutes = 0;
  for (let i = 0; i < whole.length; i++) minutes = 60 * minutes + digit(whole.charCodeAt(i));
  let unit = 1;
  for (let i = 0; i < fraction.length; i++) {
    unit /= 60;
    minutes += unit * digit(fraction.charCodeAt(i));
  }
  return (sign === '-' ? -1_000 : 1_000) * Math.round(60 * minutes);
}

/** `0`–`9`, `a`–`z`, `A`–`X` are 0 to 59. */
function digit(code: number): number {
  if (code > 96) return code - 87;
  return code > 64 ? code - 29 : code - 48;
}
