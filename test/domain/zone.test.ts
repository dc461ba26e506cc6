import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { runtimeOffsets } from '../../src/calendar/runtime.ts';
import { zoneBetween, zoneName } from '../../src/calendar/tzdb.ts';
import { instantOf, wallAt, type Zone } from '../../src/domain/zone.ts';
import { ZONES } from './arbitraries.ts';
import { DAY, HOUR, localInstant, localText, MINUTE } from './reference.ts';

const FROM = Date.UTC(2021, 0, 1);
const TO = Date.UTC(2028, 0, 1);

const made = new Map<string, Zone>();
function zoneNamed(name: string): Zone {
  const zone = made.get(name) ?? zoneBetween(name, FROM, TO);
  made.set(name, zone);
  return zone;
}

const byNode = new Map<string, Zone>();
/**
 * A zone by Node's rules, which the other implementation of Temporal uses, to compare the arithmetic under equal rules.
 * The program's own rules, which may be newer, are compared in test/calendar.
 */
function nodeZone(name: string): Zone {
  const zone = byNode.get(name) ?? { name, ...runtimeOffsets(name, FROM, TO) };
  byNode.set(name, zone);
  return zone;
}

/** A wall value from the text of a local time. */
function wall(text: string): number {
  return Date.parse(`${text}Z`);
}

/** The wall value of a local time, by the other implementation of Temporal. */
function referenceWall(name: string, instant: number): number {
  return instant + Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name).offsetNanoseconds / 1e6;
}

function referenceInstant(name: string, wallValue: number): number {
  return localInstant(name, new Date(wallValue).toISOString().slice(0, -1));
}

/** The instant from which the offset with the given number applies, and the wall times on either side of it. */
function changesOf(zone: Zone): { change: number; low: number; high: number }[] {
  return zone.starts.slice(1).map((change, i) => {
    const before = change + (zone.offsets[i] ?? Number.NaN);
    const after = change + (zone.offsets[i + 1] ?? Number.NaN);
    return { change, low: Math.min(before, after), high: Math.max(before, after) };
  });
}

/** Zones for which tz 2026 and Node 20 (tz 2025c) also differ in the years before 2026. */
const CORRECTED = ['Europe/Chisinau', 'Europe/Tiraspol'];
/** The first year for which releases of 2026 changed rules. */
const RULES_PART = Date.UTC(2026, 0, 1);

test('no zone misses a clock change that Node knows, until the rules of 2026 differ', () => {
  for (const name of ZONES) {
    if (CORRECTED.includes(name)) continue;
    const zone = zoneNamed(name);
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' });
    for (let at = FROM; at < RULES_PART; at += 7 * DAY) {
      const [, sign, hours = 0, minutes = 0] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at)) ?? [];
      const offset = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
      assert.equal(wallAt(zone, at) - at, offset, `${name} at ${new Date(at).toISOString()}`);
    }
  }
});

test('every zone shows the right wall time just before and just after each clock change', () => {
  for (const name of ZONES) {
    const zone = nodeZone(name);
    for (const { change } of changesOf(zone)) {
      for (const at of [change - HOUR, change - 1, change, change + HOUR]) {
        assert.equal(wallAt(zone, at), referenceWall(name, at), `${name} at ${new Date(at).toISOString()}`);
      }
    }
  }
});

test('every zone interprets wall times in, at and around its gaps and overlaps like Temporal', () => {
  for (const name of ZONES) {
    const zone = nodeZone(name);
    for (const { low, high } of changesOf(zone)) {
      const middle = Math.floor((low + high) / 2);
      for (const value of [low - HOUR, low - 1, low, middle, high - 1, high, high + HOUR]) {
        const text = `${name} at ${new Date(value).toISOString()}`;
        assert.equal(instantOf(zone, value), referenceInstant(name, value), text);
      }
    }
  }
});

test('every zone interprets any wall time like Temporal', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: FROM + DAY, max: TO - DAY }), (name, value) => {
      assert.equal(instantOf(nodeZone(name), value), referenceInstant(name, value));
      assert.equal(wallAt(nodeZone(name), value), referenceWall(name, value));
    }),
    { numRuns: 3000 },
  );
});

test('a wall time that exists converts to its first instant and back', () => {
  const nearChanges = fc.constantFrom(...ZONES).chain((name) => {
    const changes = changesOf(zoneNamed(name)).map(({ change }) => change);
    return fc.record({
      name: fc.constant(name),
      at: fc
        .tuple(fc.constantFrom(FROM + 400 * DAY, ...changes), fc.integer({ min: -3 * HOUR, max: 3 * HOUR }))
        .map(([change, distance]) => change + distance),
    });
  });
  fc.assert(
    fc.property(nearChanges, ({ name, at }) => {
      const zone = zoneNamed(name);
      const first = instantOf(zone, wallAt(zone, at));
      assert.equal(wallAt(zone, first), wallAt(zone, at));
      assert.ok(first <= at, `${name}: ${first} comes after ${at}`);
    }),
    { numRuns: 3000 },
  );
});

test('a spring gap moves a skipped time forward by the length of the gap', () => {
  const zone = zoneNamed('America/New_York');
  assert.equal(instantOf(zone, wall('2025-03-09T01:59:59.999')), Date.parse('2025-03-09T06:59:59.999Z'));
  assert.equal(instantOf(zone, wall('2025-03-09T02:00')), Date.parse('2025-03-09T07:00Z'));
  assert.equal(instantOf(zone, wall('2025-03-09T02:30')), Date.parse('2025-03-09T07:30Z'));
  assert.equal(wallAt(zone, Date.parse('2025-03-09T07:30Z')), wall('2025-03-09T03:30'));
  assert.equal(instantOf(zone, wall('2025-03-09T03:00')), Date.parse('2025-03-09T07:00Z'));
});

test('a time that occurs twice in autumn means its first occurrence', () => {
  const zone = zoneNamed('America/New_York');
  assert.equal(instantOf(zone, wall('2025-11-02T01:00')), Date.parse('2025-11-02T05:00Z'));
  assert.equal(instantOf(zone, wall('2025-11-02T01:30')), Date.parse('2025-11-02T05:30Z'));
  assert.equal(instantOf(zone, wall('2025-11-02T01:59:59.999')), Date.parse('2025-11-02T05:59:59.999Z'));
  assert.equal(instantOf(zone, wall('2025-11-02T02:00')), Date.parse('2025-11-02T07:00Z'));
});

test('Lord Howe changes its clock by half an hour', () => {
  const zone = zoneNamed('Australia/Lord_Howe');
  assert.equal(instantOf(zone, wall('2025-10-05T02:15')), Date.parse('2025-10-04T15:45Z'));
  assert.equal(wallAt(zone, Date.parse('2025-10-04T15:45Z')), wall('2025-10-05T02:45'));
  assert.equal(instantOf(zone, wall('2025-04-06T01:45')), Date.parse('2025-04-05T14:45Z'));
  assert.equal(instantOf(zone, wall('2025-04-06T02:00')), Date.parse('2025-04-05T15:30Z'));
});

test('Kathmandu is five hours and forty-five minutes ahead and never changes', () => {
  const zone = zoneNamed('Asia/Kathmandu');
  assert.deepEqual(zone.starts, [Number.NEGATIVE_INFINITY]);
  assert.equal(instantOf(zone, wall('2025-07-01T05:45')), Date.parse('2025-07-01T00:00Z'));
});

test('a midnight that a clock change skips is one in the morning', () => {
  for (const [name, midnight, instant] of [
    ['Asia/Beirut', '2025-03-30T00:00', '2025-03-29T22:00Z'],
    ['Africa/Cairo', '2025-04-25T00:00', '2025-04-24T22:00Z'],
    ['America/Santiago', '2025-09-07T00:00', '2025-09-07T04:00Z'],
  ] as const) {
    const zone = zoneNamed(name);
    assert.equal(instantOf(zone, wall(midnight)), Date.parse(instant), name);
    assert.equal(wallAt(zone, Date.parse(instant)), wall(midnight) + HOUR, name);
    assert.equal(wallAt(zone, Date.parse(instant) - 1), wall(midnight) - 1, name);
  }
});

test('Casablanca sets its clock back for Ramadan and forward again a month later', () => {
  const zone = zoneBetween('Africa/Casablanca', Date.UTC(2025, 0, 1), Date.UTC(2025, 11, 31));
  assert.deepEqual(zone.offsets, [HOUR, 0, HOUR]);
  assert.equal(instantOf(zone, wall('2025-02-23T02:30')), Date.parse('2025-02-23T01:30Z'));
  assert.equal(instantOf(zone, wall('2025-04-06T02:30')), Date.parse('2025-04-06T02:30Z'));
});

test('the date that Samoa skipped in 2011 is the date after it', () => {
  const zone = zoneBetween('Pacific/Apia', Date.UTC(2011, 11, 1), Date.UTC(2012, 0, 31));
  assert.equal(instantOf(zone, wall('2011-12-30T12:00')), Date.parse('2011-12-30T22:00Z'));
  assert.equal(wallAt(zone, Date.parse('2011-12-30T22:00Z')), wall('2011-12-31T12:00'));
  assert.equal(localText('Pacific/Apia', Date.parse('2011-12-30T22:00Z')), '2011-12-31T12:00:00');
});

test('a zone includes a change at the end of its stretch and begins with the offset of its start', () => {
  const spring = Date.parse('2025-03-09T07:00Z');
  assert.deepEqual(zoneBetween('America/New_York', spring - 1, spring - 1).offsets, [-5 * HOUR]);
  assert.deepEqual(zoneBetween('America/New_York', spring - 1, spring).offsets, [-5 * HOUR, -4 * HOUR]);
  assert.deepEqual(zoneBetween('America/New_York', spring - 1, spring).starts, [Number.NEGATIVE_INFINITY, spring]);
  assert.deepEqual(zoneBetween('America/New_York', spring, spring + DAY).offsets, [-4 * HOUR]);
});

test('a zone that does not exist is rejected', () => {
  assert.throws(() => zoneBetween('Mars/Phobos', FROM, TO), RangeError);
});

test('a zone name gets its IANA spelling whatever its case', () => {
  for (const name of ZONES) {
    assert.equal(zoneName(name), name);
    assert.equal(zoneName(name.toLowerCase()), name);
    assert.equal(zoneName(name.toUpperCase()), name);
  }
});

test('an old name of a zone stays as it is', () => {
  assert.equal(zoneName('us/central'), 'US/Central');
  assert.equal(zoneName('asia/calcutta'), 'Asia/Calcutta');
});

test('an unknown zone name is invalid', () => {
  for (const text of ['', 'Mars/Phobos', 'America', 'CST', 'Chicago', 'America/New_York ', ' America/New_York']) {
    assert.equal(zoneName(text), undefined, JSON.stringify(text));
  }
});

test('a fixed offset or a timestamp is not a zone', () => {
  const texts = ['+05:00', '-03', '+0530', 'Z', 'GMT+5', 'UTC-3', '2025-01-01T00:00[Europe/Paris]', 'T12:00+05:00'];
  for (const text of texts) assert.equal(zoneName(text), undefined, text);
});
