import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { probabilityDown } from '../../../src/domain/alerts/probability.ts';
import type { StoreView } from '../../../src/domain/alerts/run.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/hours.ts';
import { EMPTY } from '../../../src/domain/interval.ts';
import { arrangePolls } from '../../../src/domain/polls.ts';
import { pollColumns } from '../../support/fleet.ts';

interface Poll {
  readonly at: number;
  readonly active: boolean;
  readonly reason?: boolean;
}

const ALWAYS = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function view(polls: readonly Poll[], at: number, open: readonly number[] = ALWAYS): StoreView {
  const columns = arrangePolls(pollColumns(polls.map(({ at: instant, active }) => ({ store: 0, instant, active }))), 1);
  return {
    ...{
      at,
      open,
      unknown: EMPTY,
      planned: EMPTY,
      polls: columns,
      first: 0,
      last: columns.length,
      staleAfter: 2 * HOUR,
    },
    reasons: new Set(polls.filter(({ reason }) => reason).map(({ at: instant }) => instant)),
  };
}

/** Polls an hour apart: `+` active, `-` inactive, `!` inactive with a reason; at the last one. */
function hourly(polls: string): number {
  const made = [...polls].map((sign, i) => ({ at: i * HOUR, active: sign === '+', reason: sign === '!' }));
  return probabilityDown(view(made, (polls.length - 1) * HOUR));
}

/** The same by the sum over all sequences of states, in each class. */
function bySequences(polls: readonly Poll[], at: number): number {
  let [down, all] = [0, 0];
  for (const uptime of [30 * DAY, 7 * DAY, 2 * DAY])
    for (const outage of [30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY])
      for (const misread of [0.001, 0.01, 0.1]) {
        const [f, r] = [1 / uptime, 1 / outage];
        const usual = f / (f + r);
        const move = (from: number, to: number, elapsed: number) => {
          const intoDown = from * Math.exp(-(f + r) * elapsed) + usual * (1 - Math.exp(-(f + r) * elapsed));
          return to === 1 ? intoDown : 1 - intoDown;
        };
        for (let states = 0; states < 2 ** polls.length; states++) {
          let likelihood = 1;
          for (const [i, poll] of polls.entries()) {
            const state = (states >> i) & 1;
            const before = polls[i - 1];
            const wrong = poll.reason && !poll.active ? Math.min(misread, 0.001) : misread;
            likelihood *=
              before === undefined
                ? state === 1
                  ? usual
                  : 1 - usual
                : move((states >> (i - 1)) & 1, state, poll.at - before.at);
            likelihood *= poll.active === (state === 0) ? 1 - wrong : wrong;
          }
          const last = polls.at(-1) as Poll;
          all += likelihood;
          down += likelihood * move((states >> (polls.length - 1)) & 1, 1, at - last.at);
        }
      }
  return down / all;
}

test('the probability is that of the sum over all sequences of states', () => {
  const poll = fc.record({ after: fc.integer({ min: MINUTE, max: DAY }), active: fc.boolean(), reason: fc.boolean() });
  fc.assert(
    fc.property(fc.array(poll, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: DAY }), (given, later) => {
      let at = 0;
      const polls = given.map(({ after, ...rest }) => {
        at += after;
        return { ...rest, at };
      });
      const [got, expected] = [probabilityDown(view(polls, at + later)), bySequences(polls, at + later)];
      assert.ok(Math.abs(got - expected) < 1e-9, `${got}, by all sequences ${expected}`);
    }),
  );
});

test('one inactive poll after a day of active ones is more likely wrong, two are not, and a reason is believed', () => {
  const day = '+'.repeat(24);
  const figures = ['', '-', '--', '---', '!'].map((end) => Number(hourly(`${day}${end}`).toFixed(2)));
  assert.deepEqual(figures, [0, 0.39, 0.89, 0.98, 0.86]);
});

test('a store whose polls are often wrong needs more of them', () => {
  const steady = '+'.repeat(96);
  const noisy = '+++++++-'.repeat(12);
  assert.ok(hourly(`${noisy}++-`) < hourly(`${steady}++-`));
  assert.ok(hourly(`${noisy}++--`) < hourly(`${steady}++--`));
});

test('the highest probability that a rule can ask for is reached when a store stays down', () => {
  for (const before of ['+'.repeat(150), '+++++++-'.repeat(18), '++--'.repeat(40)]) {
    assert.ok(hourly(`${before}${'-'.repeat(8)}`) > 0.95, before.slice(0, 8));
  }
});

test('polls outside open time and later ones do not count; without any, nothing can be said', () => {
  const polls = [
    { at: 0, active: true },
    { at: HOUR, active: false },
    { at: 2 * HOUR, active: false },
    { at: 3 * HOUR, active: false },
  ];
  const [first] = polls as [Poll];
  const open = [0, MINUTE, 2 * HOUR + 1, 3 * HOUR];
  assert.equal(probabilityDown(view(polls, 2 * HOUR, open)), probabilityDown(view([first], 2 * HOUR)));
  assert.ok(Number.isNaN(probabilityDown(view(polls, 2 * HOUR, [10 * HOUR, 11 * HOUR]))));
});
