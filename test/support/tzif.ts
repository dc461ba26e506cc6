import type { ZoneRules } from '../../src/calendar/rules.ts';

/** A TZif file of version 2, whose block of 32-bit times is empty, with the changes of a zone and a closing rule. */
export function tzifOf({ starts, offsets }: ZoneRules, closingRule: string): Buffer {
  const types = [...new Set(offsets)];
  const changes = starts.slice(1);
  const times = Buffer.alloc(changes.length * 8);
  changes.forEach((start, i) => {
    times.writeBigInt64BE(BigInt(start / 1_000), i * 8);
  });
  const indices = Buffer.from(offsets.slice(1).map((offset) => types.indexOf(offset)));
  const typeRows = Buffer.alloc(types.length * 6);
  types.forEach((offset, i) => {
    typeRows.writeInt32BE(offset / 1_000, i * 6);
  });
  const abbreviation = Buffer.from('-00\0');
  return Buffer.concat([
    ...[header(0, 1), Buffer.alloc(6), abbreviation],
    ...[header(changes.length, types.length), times, indices, typeRows, abbreviation],
    Buffer.from(`\n${closingRule}\n`),
  ]);
}

function header(times: number, types: number): Buffer {
  const bytes = Buffer.alloc(44);
  bytes.write('TZif2');
  [0, 0, 0, times, types, 4].forEach((count, i) => {
    bytes.writeUInt32BE(count, 20 + 4 * i);
  });
  return bytes;
}
