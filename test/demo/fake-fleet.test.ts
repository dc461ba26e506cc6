import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { ANSWERS, type Answer, reasonIn } from '../../src/demo/answers.ts';
import { FakeFleet } from '../../src/demo/fake-fleet.ts';
import { Scenario } from '../../src/demo/scenario.ts';
import { reasonText } from '../../src/domain/reasons.ts';
import { ProbeClient } from '../../src/intake/prober/probe-client.ts';
import { AddressGuard } from '../../src/outbound/addresses.ts';
import { HttpClient } from '../../src/outbound/http-client.ts';
import { GuardedResolver } from '../../src/outbound/resolver.ts';
import { demoAt, SEED } from '../support/demo.ts';

const NOW = Date.parse('2026-11-04T20:00:00Z');

test('the prober finds in each answer of the fake fleet what the history says', async (t) => {
  const { chain } = demoAt(NOW);
  const answers: readonly Answer[] = Object.values(ANSWERS);
  const incidents = answers.map((answer, i) => ({ stores: chain.slice(i, i + 1), from: NOW, to: NOW + 1, answer }));
  const fleet = await FakeFleet.open(chain, new Scenario({ seed: SEED, incidents, kept: new Map() }), () => NOW);
  const { rule, allowPrivate, interval } = loadConfig({ ...fleet.settings, PROBE_TIMEOUT: '60s' }).poll;
  const resolver = new GuardedResolver(
    new AddressGuard(allowPrivate),
    async () => [],
    () => 0,
  );
  const http = new HttpClient(resolver);
  t.after(async () => {
    http.close();
    await fleet.close();
  });
  const client = new ProbeClient(rule, http);
  assert.equal(interval, 60_000);
  for (const [i, answer] of answers.entries()) {
    const prober = answer.status === undefined ? new ProbeClient({ ...rule, timeout: 300 }, http) : client;
    const outcome = await prober.probe(chain[i]?.id ?? '', undefined);
    const found =
      outcome.kind === 'says_inactive' || outcome.kind === 'failed' ? reasonText(outcome.code, outcome.detail) : '';
    assert.equal(found, reasonIn(answer), JSON.stringify(answer));
    assert.equal(outcome.kind === 'active', answer.code === undefined, JSON.stringify(answer));
  }
  const stranger = await client.probe('NYC-99', undefined);
  assert.equal(stranger.code, 'http_404');
});

test('the settings of the fake fleet allow no other private address', async (t) => {
  const { chain, scenario } = demoAt(NOW);
  const fleet = await FakeFleet.open(chain, scenario, () => NOW);
  t.after(() => fleet.close());
  const { allowPrivate, rule } = loadConfig(fleet.settings).poll;
  const guard = new AddressGuard(allowPrivate);
  assert.equal(new URL(rule.template ?? '').hostname, '127.0.0.1');
  assert.equal(guard.allows('127.0.0.1'), true);
  for (const address of ['127.0.0.2', '::1', '10.0.0.1', '192.168.1.1', '169.254.169.254']) {
    assert.equal(guard.allows(address), false, address);
  }
});
