import assert from 'node:assert/strict';
import { Evaluator } from '../../src/alerts/evaluator.ts';
import { EMPTY } from '../../src/domain/interval.ts';
import type { ReadPlanned } from '../../src/fleet/planned.ts';
import { Schedules } from '../../src/fleet/schedules.ts';
import { FleetService } from '../../src/fleet/service.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { ruleRecord } from '../support/alert-records.ts';
import { type Bench, NOW } from './bench.ts';
import { assertTemporary, type Scenario } from './scenarios.ts';

const MINUTE = 60_000;
/** Milliseconds, so that a lost delivery is due at once. */
const LEASE = 1;

/** An evaluator as a server has it after its start. */
function evaluatorOf({ storage, log }: Bench): Evaluator {
  const now = () => NOW;
  const directory = new StoreDirectory({ storage, elapsed: now });
  const schedules = new Schedules(storage, directory);
  const planned: ReadPlanned = async () => () => EMPTY;
  const fleet = new FleetService({
    ...{ storage, directory, log, now, elapsed: now, pollInterval: 60 * MINUTE, waitingPerRequester: 3, planned },
  });
  return new Evaluator({
    ...{ storage, log, now, elapsed: now, live: false, pollInterval: 60 * MINUTE, server: 'bench' },
    schedules: () => schedules.current(),
    states: () => fleet.states(undefined),
    planned,
    isBlinding: () => false,
    trusted: () => true,
    onMessages: () => {},
  });
}

/** A store goes down, an incident opens, and a worker sends the message; then it comes up. */
export const alerts: Scenario = {
  name: 'alerts and messages',
  async begin(bench, run) {
    const { storage } = bench;
    const store = `${run}-a`;
    const poll = (instants: number[], active: 0 | 1) =>
      storage.appendPolls([{ ids: instants.map(() => store), instants, active: instants.map(() => active) }]);
    await poll([NOW - 20 * MINUTE, NOW - 10 * MINUTE], 0);
    await storage.contactPoints.changing((changes) =>
      changes.addContactPoint({
        ...{ id: run, userId: undefined, name: run, channel: 'ntfy', settings: {}, secrets: undefined, zone: 'UTC' },
        ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: NOW },
      }),
    );
    const steps = [{ after: 0, contactPoints: [run], owners: false }];
    const grouping = { by: [], wait: 0, interval: 0, repeat: undefined };
    await storage.alerts.changing((changes) => changes.saveRules([ruleRecord(run, { steps, grouping })]));
    const sent: string[] = [];
    let claims = 0;
    /** Sends what is due as a worker does. */
    const deliver = async () => {
      for (;;) {
        const delivery = await storage.deliveries.claim(`${run}.${++claims}`, NOW, LEASE);
        if (delivery === undefined) return;
        sent.push(delivery.id);
        await storage.deliveries.settle(delivery, { status: 'sent' }, NOW, NOW);
      }
    };
    const evaluate = () => evaluatorOf(bench).evaluate(new Map([[store, true]]));
    const messages = () => storage.deliveries.deliveries({ whose: { team: true }, contactPointId: run }, undefined, 10);
    /** Sends until nothing waits. */
    const sendAll = (kinds: readonly string[]) =>
      bench.until('the end of the messages', async () => {
        await deliver();
        const all = await messages();
        if (all.some(({ status }) => status !== 'sent')) return undefined;
        assert.deepEqual(all.map(({ kind }) => kind).sort(), kinds, 'each transition has one message');
        assert.deepEqual(new Set(sent), new Set(all.map(({ id }) => id)), 'each message is sent under its ID');
        return true;
      });
    return {
      work: async () => {
        await evaluate();
        await deliver();
      },
      after: async (outcome) => {
        assertTemporary(outcome);
        await evaluate();
        await sendAll(['opened']);
        if (outcome.done) assert.equal(sent.length, 1, 'what was recorded as sent is not sent again');
        await poll([NOW - MINUTE], 1);
        await evaluate();
        await evaluate();
        await sendAll(['opened', 'resolved']);
        const incidents = await storage.alerts.incidents({ ruleId: run }, undefined, 10);
        assert.deepEqual(
          incidents.map(({ resolution }) => resolution),
          ['recovered'],
          'there was one incident',
        );
        await storage.alerts.changing((changes) => changes.removeRule(run));
      },
    };
  },
};
