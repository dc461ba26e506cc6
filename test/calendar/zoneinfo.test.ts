import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundledZones } from '../../src/calendar/packed.ts';
import { offsetsBetween, type ZoneRules } from '../../src/calendar/rules.ts';
import { runtimeOffsets } from '../../src/calendar/runtime.ts';
import type { ZoneSource } from '../../src/calendar/source.ts';
import { readTzif } from '../../src/calendar/tzif.ts';
import { zoneinfoFolder } from '../../src/calendar/zoneinfo.ts';
import { readTimeZones } from '../../src/calendar/zones.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tzifOf } from '../support/tzif.ts';

/** Some zones of Debian's package tzdata 2025b. */
const DEBIAN = fileURLToPath(new URL('debian/', import.meta.url));
const HOUR = 3_600_000;
const NOWHERE = '/nowhere/zoneinfo';

/** A folder of made-up zones. */
async function folderOf(t: TestContext, version: string, zones: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'tzdata.zi'), `# version ${version}\n# This zic input file is in the public domain.\n`);
  for (const [name, bytes] of Object.entries(zones)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

function fixed(hours: number): Buffer {
  return tzifOf({ starts: [Number.NEGATIVE_INFINITY], offsets: [hours * HOUR] }, `<+00>${-hours}`);
}

test('zone files of a system agree with Node, also after their last listed change', () => {
  const { version, names, rules } = zoneinfoFolder(DEBIAN, 'configured');
  assert.equal(version, '2025b');
  assert.equal(names.length, 8);
  for (const name of names) {
    const [from, to] = [Date.UTC(1970, 0, 1), Date.UTC(2120, 0, 1)];
    assert.deepEqual(offsetsBetween(rules(name) as ZoneRules, from, to), runtimeOffsets(name, from, to), name);
  }
});

test('every zone of the bundled data is the same after a round trip through a file', () => {
  const { names, rules } = bundledZones() as ZoneSource;
  for (const name of names) {
    const written = rules(name) as ZoneRules;
    assert.deepEqual(readTzif(tzifOf(written, '')), written, name);
  }
});

test('a closing rule applies after the last listed change', () => {
  const offsetAt = (rule: string, instant: string) => {
    const rules = readTzif(tzifOf({ starts: [Number.NEGATIVE_INFINITY, 0], offsets: [HOUR, 2 * HOUR] }, rule));
    return (offsetsBetween(rules, Date.parse(instant), Date.parse(instant)).offsets[0] as number) / HOUR;
  };
  for (const [rule, instant, hours] of [
    ['EST5EDT,M3.2.0,M11.1.0', '2040-03-11T06:59:59Z', -5],
    ['EST5EDT,M3.2.0,M11.1.0', '2040-03-11T07:00:00Z', -4],
    ['EST5EDT4,M3.2.0/2:00:00,M11.1.0/2', '2040-11-04T06:00:00Z', -5],
    ['IST-1GMT0,M10.5.0,M3.5.0/1', '2040-01-15T00:00:00Z', 0],
    ['IST-1GMT0,M10.5.0,M3.5.0/1', '2040-07-15T00:00:00Z', 1],
    ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', '2041-03-31T00:59:59Z', -2],
    ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', '2041-03-31T01:00:00Z', -1],
    ['IST-2IDT,M3.4.4/26,M10.5.0', '2041-03-29T00:00:00Z', 3],
    ['<+0330>-3:30<+0430>,J79/24,J263/24', '2040-03-20T20:29:59Z', 3.5],
    ['<+0330>-3:30<+0430>,J79/24,J263/24', '2040-03-20T20:30:00Z', 4.5],
    ['AAA0BBB,59,300', '2040-02-29T02:00:00Z', 1],
    ['AAA0BBB,59,300', '2041-03-01T01:59:59Z', 0],
    ['XXX3EDT4,0/0,J365/23', '2040-07-01T00:00:00Z', -4],
    ['EST5', '2040-07-01T00:00:00Z', 2],
  ] as const) {
    assert.equal(offsetAt(rule, instant), hours, `${rule} at ${instant}`);
  }
});

test('an invalid zone file is rejected with the reason', () => {
  const good = fixed(1);
  const start = good.indexOf('TZif', 4);
  const leaping = Buffer.from(good);
  leaping.writeUInt32BE(27, start + 28);
  const old = Buffer.from(good);
  old.writeUInt8(0, 4);
  for (const [bytes, wrong] of [
    [Buffer.from('# not a zone'), 'it is not a TZif file'],
    [good.subarray(0, 30), 'it is truncated'],
    [good.subarray(0, -3), 'it has no closing rule'],
    [old, 'it is of TZif version 1, expected 2 or later'],
    [leaping, 'it counts leap seconds, expected a file without them'],
    [
      tzifOf({ starts: [-Infinity], offsets: [0] }, 'summer in July'),
      '"summer in July" is not a rule such as "EST5EDT,M3.2.0,M11.1.0"',
    ],
  ] as const) {
    assert.throws(() => readTzif(bytes), { name: 'RangeError', message: wrong });
  }
});

test('a newer folder of the operator is used; missing zones and old names come from the next source', async (t) => {
  const folder = await folderOf(t, '2098b', {
    'Etc/UTC': fixed(0),
    'America/Chicago': fixed(-3),
    'Mars/Phobos': fixed(9),
  });
  const zones = readTimeZones(folder, NOWHERE);
  const hours = (name: string) => (zones.offsetsBetween(name, 0, 0).offsets[0] as number) / HOUR;
  assert.deepEqual(zones.release, { version: '2098b', kind: 'configured', place: folder });
  assert.deepEqual(['America/Chicago', 'US/Central', 'Mars/Phobos', 'Asia/Tokyo'].map(hours), [-3, -3, 9, 9]);
  assert.equal(zones.nameOf('mars/phobos'), 'Mars/Phobos');
});

test('the bundled rules are used if the folder of the operator or the system is older', async (t) => {
  const old = await folderOf(t, '2019c', { 'Etc/UTC': fixed(0), 'America/Chicago': fixed(-3) });
  assert.equal(readTimeZones(old, NOWHERE).release.kind, 'bundled');
  assert.equal(readTimeZones(undefined, old).release.kind, 'bundled');
});

test('a newer folder of the system is used unless it is damaged', async (t) => {
  const folder = await folderOf(t, '2098c', { 'Etc/UTC': fixed(0) });
  assert.deepEqual(readTimeZones(undefined, folder).release, { version: '2098c', kind: 'system', place: folder });
  await writeFile(join(folder, 'Zulu'), 'TZif2');
  assert.equal(readTimeZones(undefined, folder).release.kind, 'bundled');
});

test('the version is read from tzdata.zi, +VERSION or version', async (t) => {
  const folder = await temporaryFolder(t);
  await cp(DEBIAN, folder, { recursive: true });
  await rm(join(folder, 'tzdata.zi'));
  for (const file of ['version', '+VERSION', 'tzdata.zi']) {
    await writeFile(join(folder, file), `${file === 'tzdata.zi' ? '# version ' : ''}2025b\n`);
    assert.equal(zoneinfoFolder(folder, 'system').version, '2025b', file);
    await rm(join(folder, file));
  }
});

test('an unusable folder of the operator stops the start, and the error names it', async (t) => {
  const empty = await temporaryFolder(t);
  const noZones = await folderOf(t, '2098a', {});
  const damaged = await folderOf(t, '2098a', { 'Etc/UTC': fixed(0), 'America/Chicago': Buffer.from('TZif2') });
  const file = join(noZones, 'tzdata.zi');
  assert.match(await readFile(file, 'utf8'), /2098a/);
  for (const [folder, wrong] of [
    [NOWHERE, 'there is no such folder'],
    [file, 'there is no such folder'],
    [empty, 'it names no version such as "2026f" in tzdata.zi, +VERSION, version'],
    [noZones, 'it has no zone Etc/UTC'],
    [damaged, 'its file America/Chicago cannot be read: it is truncated'],
  ] as const) {
    assert.throws(() => readTimeZones(folder, NOWHERE), {
      code: 'invalid_input',
      message: `TZDATA_DIR is "${folder}", expected a folder of compiled time zones such as /usr/share/zoneinfo: ${wrong}`,
    });
  }
});
