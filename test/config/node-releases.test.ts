import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { END_OF_LIFE, endOfLifeWarning, RECOMMENDED_NODE } from '../../src/config/node-releases.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

test('there is a warning from the day after the end of life', () => {
  assert.equal(endOfLifeWarning('20.20.2', Date.parse('2026-04-30T23:59:59Z')), undefined);
  assert.equal(
    endOfLifeWarning('20.20.2', Date.parse('2026-05-01T00:00:00Z')),
    'Node 20.20.2 has had no security fixes since 2026-04-30; use Node 24',
  );
  assert.equal(endOfLifeWarning('24.21.0', Date.parse('2026-11-26T00:00:00Z')), undefined);
  assert.equal(endOfLifeWarning('99.0.0', Date.parse('2100-01-01T00:00:00Z')), undefined, 'newer than the list');
});

test('the README, image, tests and warning recommend the same Node', () => {
  const [, tested = ''] = /const VERSION = '(\d+\.\d+\.\d+)';/.exec(read('scripts/lts.js')) ?? [];
  assert.equal(tested.split('.')[0], String(RECOMMENDED_NODE));
  assert.ok(RECOMMENDED_NODE in END_OF_LIFE, 'its end of life is known');
  const images = [...read('deploy/Dockerfile').matchAll(/^FROM node:(\d+\.\d+\.\d+)-/gm)].map(([, version]) => version);
  assert.deepEqual(images, [tested, tested]);
  assert.match(read('README.md'), new RegExp(`Node ${RECOMMENDED_NODE}\\b`));
});
