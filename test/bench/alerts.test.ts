import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureEvaluations } from '../../bench/alerts/evaluations.ts';
import { measureFloods } from '../../bench/alerts/floods.ts';
import { measureLatency } from '../../bench/alerts/latency.ts';
import { measureRegimes } from '../../bench/alerts/regimes.ts';
import { evaluationsPart, floodsPart, latencyPart, regimesPart, withParts } from '../../bench/alerts/render.ts';
import { TINY } from '../../bench/alerts/sizes.ts';

test('the measurement of rules on simulated regimes runs, and every real outage that is told has a delay', () => {
  const regimes = measureRegimes(TINY.regimes);
  for (const { regime, outages, scores } of regimes) {
    assert.equal(scores.length, 5);
    for (const { contestant, told, median, p90, falseAlerts } of scores) {
      assert.ok(falseAlerts >= 0, `${regime}, ${contestant}: ${falseAlerts} false alerts`);
      if (outages > 0) assert.ok(told >= 0 && told <= 1, `${regime}, ${contestant}: told ${told}`);
      if (told > 0) assert.ok(median >= 0 && p90 >= median, `${regime}, ${contestant}: ${median}, ${p90}`);
    }
    const own = scores.find(({ contestant }) => contestant === 'default rule');
    // Without noise, an inactive poll within business hours is the truth.
    if (regime !== 'noisy') assert.equal(own?.falseAlerts, 0, regime);
  }
  assert.match(regimesPart(regimes, TINY.regimes).text, /\| `everyday` \| default rule \| 0\.00 \|/);
});

test('the measurement of floods runs, and no recipient gets more messages than promised', async () => {
  const floods = await measureFloods(TINY.flood);
  const most = floods.map(({ messages }) => Math.max(...[...messages.values()].map((kinds) => kinds.length)));
  assert.ok(
    most.slice(0, 3).every((count) => count <= 3),
    `a platform outage is ${most.slice(0, 3)} messages`,
  );
  assert.deepEqual(most.slice(3), [2, 1]);
  assert.match(floodsPart(floods, TINY.flood).text, /`sight_returned`/);
});

test('the measurement of evaluations runs, and its table has the ratios to the smallest fleet', async () => {
  const evaluations = await measureEvaluations(TINY.evaluations);
  assert.deepEqual(
    evaluations.map(({ stores }) => stores),
    TINY.evaluations.stores,
  );
  for (const { unchanged, opening } of evaluations) assert.ok(unchanged > 0 && opening > 0);
  assert.match(evaluationsPart(evaluations, TINY.evaluations).text, /\| 100 \| \d+ ms \| 1\.0 \| \d+ ms \| 1\.0 \|/);
});

test('the measurement of the latency runs, and every outage has its message', async () => {
  const latency = await measureLatency(TINY.latency);
  assert.ok(latency.median > 0 && Number.isFinite(latency.p99), `p99 is ${latency.p99}`);
  assert.match(latencyPart(latency).text, /A server with 200 stores/);
});

test('measurements replace their part of the section and leave the rest of the document', () => {
  const document =
    '# Alerts\n\nText.\n\n## Measured\n\nHow.\n\n### One\n\nold\n\n### Two\n\nold\n\n## After\n\nMore.\n';
  assert.equal(
    withParts(document, [
      { title: 'Two', text: 'new' },
      { title: 'Three', text: 'new' },
    ]),
    '# Alerts\n\nText.\n\n## Measured\n\nHow.\n\n### One\n\nold\n\n### Two\n\nnew\n\n### Three\n\nnew\n\n## After\n\nMore.\n',
  );
  const added = withParts('# Alerts\n\nText.\n', [{ title: 'One', text: 'new' }]);
  assert.match(added, /^# Alerts\n\nText\.\n\n## Measured\n\n[^\n]+\n\n### One\n\nnew\n$/);
});
