import { type Change, changesOf, parsePosixRule } from './posix-rule.ts';
import { RULES_END, RulesBuilder, type ZoneRules } from './rules.ts';

const HEADER = 44;
/** No closing rule starts before the first of these. */
const FIRST_YEAR = 1900;
const YEARS = Array.from({ length: new Date(RULES_END).getUTCFullYear() - FIRST_YEAR }, (_, i) => FIRST_YEAR + i);

/**
 * The rules in a TZif file of version 2 or later (RFC 9636), with its closing rule expanded.
 *
 * @throws RangeError naming the problem
 */
export function readTzif(bytes: Buffer): ZoneRules {
  try {
    return read(bytes);
  } catch (error) {
    // The buffer notices a truncated file, but its message is about offsets.
    if ((error as NodeJS.ErrnoException).code === 'ERR_OUT_OF_RANGE') throw new RangeError('it is truncated');
    throw error;
  }
}

function read(bytes: Buffer): ZoneRules {
  const first = readHeader(bytes, 0);
  if (first.version < 2) throw new RangeError('it is of TZif version 1, expected 2 or later');
  // The first block repeats the data in 32 bits.
  const start = HEADER + blockLength(first, 4);
  const second = readHeader(bytes, start);
  const { counts, leaps } = second;
  if (leaps > 0) throw new RangeError('it counts leap seconds, expected a file without them');

  const times = start + HEADER;
  const indices = times + counts.times * 8;
  const types = indices + counts.times;
  const offset = (type: number) => {
    if (type >= counts.types) throw new RangeError(`it names type ${type} of ${counts.types}`);
    return bytes.readInt32BE(types + type * 6) * 1_000;
  };
  const rules = new RulesBuilder(offset(0));
  for (let i = 0; i < counts.times; i++) {
    rules.add(Number(bytes.readBigInt64BE(times + i * 8)) * 1_000, offset(bytes.readUInt8(indices + i)));
  }
  const last = counts.times === 0 ? Number.NEGATIVE_INFINITY : Number(bytes.readBigInt64BE(indices - 8)) * 1_000;
  addYearly(rules, footer(bytes, start + HEADER + blockLength(second, 8)), last);
  return rules.build();
}

interface Header {
  readonly version: number;
  readonly leaps: number;
  readonly counts: { readonly times: number; readonly types: number };
  readonly rest: { readonly chars: number; readonly standard: number; readonly universal: number };
}

function readHeader(bytes: Buffer, at: number): Header {
  if (bytes.toString('latin1', at, at + 4) !== 'TZif') throw new RangeError('it is not a TZif file');
  const count = (i: number) => bytes.readUInt32BE(at + 20 + 4 * i);
  return {
    version: bytes.readUInt8(at + 4) === 0 ? 1 : bytes.readUInt8(at + 4) - 48,
    leaps: count(2),
    counts: { times: count(3), types: count(4) },
    rest: { universal: count(0), standard: count(1), chars: count(5) },
  };
}

function blockLength({ leaps, counts, rest }: Header, timeSize: number): number {
  const { times, types } = counts;
  return times * (timeSize + 1) + types * 6 + rest.chars + leaps * (timeSize + 4) + rest.standard + rest.universal;
}

function footer(bytes: Buffer, at: number): string {
  const end = bytes.indexOf('\n', at + 1);
  if (bytes[at] !== 10 || end < 0) throw new RangeError('it has no closing rule');
  return bytes.toString('latin1', at + 1, end);
}

/** The closing rule applies after the last listed change. */
function addYearly(rules: RulesBuilder, text: string, last: number): void {
  for (const { start, offset } of yearlyChanges(text)) if (start > last) rules.add(start, offset);
}

/** Hundreds of zones end with the same few rules. */
const yearly = new Map<string, readonly Change[]>();

function yearlyChanges(text: string): readonly Change[] {
  let changes = yearly.get(text);
  if (changes === undefined) {
    const rule = text === '' ? undefined : parsePosixRule(text);
    changes = rule === undefined ? [] : YEARS.flatMap((year) => changesOf(rule, year));
    yearly.set(text, changes);
  }
  return changes;
}
