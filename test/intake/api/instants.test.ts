import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseInstant } from '../../../src/calendar/instant.ts';
import { parsePollInstant } from '../../../src/intake/api/instants.ts';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const wild = fc.tuple(
  fc.oneof(digits(4), fc.constantFrom('2023', '2024', '1900', '2000', '0099')),
  fc.constantFrom('-', '/'),
  fc.oneof(digits(2), fc.constantFrom('01', '02', '12')),
  fc.oneof(digits(2), fc.constantFrom('01', '28', '29', '30', '31')),
  fc.constantFrom('T', ' ', 't', '  '),
  fc.oneof(digits(2), fc.constantFrom('00', '23', '24')),
  digits(2),
  digits(2),
  fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{0,12}$/), fc.constantFrom('.5x', ',5')),
  fc.constantFrom('Z', ' UTC', 'UTC', ' Z', 'z', '+05:30', ' -0330', '', ' utc', ' UTC ', 'ZZ'),
);
const instants = wild.map(
  ([y, dash, m, d, t, h, min, s, f, z]) => `${y}${dash}${m}${dash}${d}${t}${h}:${min}:${s}${f}${z}`,
);

test('the quick way to read an instant agrees with the thorough one', () => {
  fc.assert(
    fc.property(fc.oneof(instants, fc.string()), (text) => {
      assert.equal(parsePollInstant(text), parseInstant(text));
    }),
    { numRuns: 20_000 },
  );
});

test('the quick way agrees on every instant as programs write it', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      (date) => {
        const text = date.toISOString();
        assert.equal(parsePollInstant(text), date.getTime());
        assert.equal(parsePollInstant(`${text.slice(0, 10)} ${text.slice(11, 23)}987 UTC`), date.getTime());
      },
    ),
  );
});
