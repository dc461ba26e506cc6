import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AlertState,
  evaluate,
  type Incident,
  NO_INCIDENT,
  type Transition,
} from '../../../src/domain/alerts/incident.ts';
import { type AlertRule, DEFAULT_RULE, ruleFaults } from '../../../src/domain/alerts/rule.ts';
import type { StoreView } from '../../../src/domain/alerts/run.ts';
import { ALWAYS, contains, EMPTY, type Intervals } from '../../../src/domain/interval.ts';
import { arrangePolls } from '../../../src/domain/polls.ts';
import { pollColumns } from '../../support/fleet.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

const STALE_AFTER = 2 * HOUR;

/** An instant from `DAY HH:MM`, such as `0 09:30`. */
function at(text: string): number {
  const [, day = '', hours = '', minutes = ''] = /^(\d+) (\d\d):(\d\d)$/.exec(text) ?? [];
  return Number(day) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE;
}

const span = (...texts: string[]): Intervals => texts.map(at);

/** Open from 09:00 to 22:00 on ten days. */
const DAYTIME: Intervals = Array.from({ length: 10 }, (_, day) => [at(`${day} 09:00`), at(`${day} 22:00`)]).flat();

interface World {
  readonly open?: Intervals;
  readonly unknown?: Intervals;
  readonly planned?: Intervals;
  readonly rule?: Partial<AlertRule>;
}

type Poll = readonly [instant: number, active: boolean, reason?: boolean];

function viewOf(polls: readonly Poll[], now: number, world: World): StoreView {
  const columns = arrangePolls(pollColumns(polls.map(([instant, active]) => ({ store: 0, instant, active }))), 1);
  return {
    at: now,
    open: world.open ?? DAYTIME,
    unknown: world.unknown ?? EMPTY,
    planned: world.planned ?? EMPTY,
    polls: columns,
    first: 0,
    last: columns.length,
    reasons: new Set(polls.filter(([, , reason]) => reason).map(([instant]) => instant)),
    staleAfter: STALE_AFTER,
  };
}

/**
 * What a rule says, evaluation by evaluation. A line is `0 10:00 +` (a poll that is evaluated when it was made), `-` for
 * inactive, `!` for inactive with a reason, or a blank for an evaluation alone.
 */
function story(lines: readonly string[], world: World = {}): string[] {
  const rule = { ...DEFAULT_RULE, ...world.rule };
  const polls: Poll[] = [];
  let state: AlertState = NO_INCIDENT;
  const said: string[] = [];
  for (const line of lines) {
    const now = at(line.slice(0, 7));
    const sign = line[8];
    if (sign !== undefined) polls.push([now, sign === '+', sign === '!']);
    const step = evaluate(rule, viewOf(polls, now, world), state);
    state = step.state;
    if (step.transition !== undefined) said.push(`${line.slice(0, 7)} ${words(step.transition)}`);
  }
  return said;
}

function words(transition: Transition): string {
  if (transition.kind === 'resolved') return `resolved at ${text(transition.at)}`;
  return `${transition.incident.kind} since ${text(transition.incident.since)}`;
}

function text(instant: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const inDay = instant % DAY;
  return `${Math.floor(instant / DAY)} ${two(Math.floor(inDay / HOUR))}:${two(Math.floor((inDay % HOUR) / MINUTE))}`;
}

test('two inactive polls in a row open an incident, one active poll resolves it', () => {
  assert.deepEqual(
    story([
      '0 10:00 +',
      '0 11:00 -',
      '0 11:30',
      '0 12:00 -',
      '0 12:30',
      '0 13:00 -',
      '0 14:00 +',
      '0 14:30',
      '0 15:00 +',
    ]),
    ['0 12:00 down since 0 10:30', '0 14:00 resolved at 0 13:30'],
  );
});

test('one inactive poll opens an incident if the platform says why', () => {
  assert.deepEqual(story(['0 10:00 +', '0 11:00 !']), ['0 11:00 down since 0 10:30']);
  assert.deepEqual(story(['0 10:00 +', '0 11:00 -', '0 12:00 +', '0 13:00 -', '0 14:00 +']), []);
});

test('what was held back near close is not said after the store has closed', () => {
  const lines = ['0 21:00 +', '0 21:45 !', '0 22:00', '0 22:15 -', '0 23:30', '1 08:59'];
  assert.deepEqual(story(lines), []);
  assert.deepEqual(story(lines, { rule: { nearClose: 0 } }), ['0 21:45 down since 0 21:22']);
});

test('a recovery takes the active polls of the rule, in a row', () => {
  const world = { rule: { recovery: 2 } };
  assert.deepEqual(
    story(['0 10:00 -', '0 11:00 -', '0 12:00 +', '0 13:00 -', '0 14:00 +', '0 15:00 +', '0 16:00 +'], world),
    ['0 11:00 did_not_open since 0 10:00', '0 15:00 resolved at 0 13:30'],
  );
});

test('a store that is down from its opening on did not open, and has a grace', () => {
  assert.deepEqual(story(['0 21:00 +', '1 09:01 -', '1 09:05 -', '1 09:14', '1 09:15']), [
    '1 09:15 did_not_open since 1 09:00',
  ]);
  // It was down the evening before: the outage goes on.
  assert.deepEqual(story(['0 20:00 +', '0 21:45 -', '1 09:20 -']), ['1 09:20 down since 0 20:52']);
  assert.deepEqual(story(['0 08:00 -', '0 09:30 -', '0 10:30 -'], { open: ALWAYS }), ['0 09:30 down since 0 08:00']);
});

test('closing pauses an incident: it is neither resolved nor repeated', () => {
  assert.deepEqual(
    story([
      '0 19:00 +',
      '0 20:00 -',
      '0 21:00 -',
      '0 22:30 +',
      '0 23:00',
      '1 08:00 +',
      '1 09:30 -',
      '1 10:30 -',
      '1 11:30 +',
    ]),
    ['0 21:00 down since 0 19:30', '1 11:30 resolved at 1 11:00'],
  );
});

test('nothing opens near close, while closed, with unknown hours, or from stale polls', () => {
  assert.deepEqual(story(['0 19:00 +', '0 20:30 -', '0 21:31 -', '0 21:59']), []);
  assert.deepEqual(story(['0 19:00 +', '0 20:30 -', '0 21:30 -']), ['0 21:30 down since 0 19:45']);
  assert.deepEqual(story(['0 22:10 -', '0 23:10 -', '1 08:50 -']), []);
  assert.deepEqual(story(['0 10:00 -', '0 11:00 -'], { unknown: span('0 10:30', '0 12:00') }), []);
  assert.deepEqual(story(['0 11:00 +', '0 12:00 -', '0 14:00', '0 15:00']), []);
});

test('planned downtime holds an alert back, and what is still down after it is said once', () => {
  const world = { planned: span('0 12:00', '0 14:00') };
  assert.deepEqual(story(['0 11:00 +', '0 12:30 -', '0 13:30 -', '0 14:00', '0 14:30 -', '0 15:30 -'], world), [
    '0 14:00 down since 0 11:45',
  ]);
  assert.deepEqual(story(['0 11:00 +', '0 12:30 -', '0 13:30 -', '0 14:10 +'], world), []);
});

test('lost time counts what was seen, outside planned downtime, since the last incident', () => {
  const rule = { condition: { kind: 'lost_time', lost: 2 * HOUR, within: DAY } } as const;
  assert.deepEqual(
    story(['0 10:00 +', '0 11:00 -', '0 12:00 -', '0 12:30 -', '0 13:00 +', '0 14:00 -', '0 15:00 -', '0 16:00 -'], {
      rule,
    }),
    ['0 12:30 down since 0 10:30', '0 13:00 resolved at 0 12:45', '0 16:00 down since 0 13:30'],
  );
  assert.deepEqual(
    story(['0 10:00 +', '0 11:00 -', '0 12:00 -', '0 12:30 -'], { rule, planned: span('0 10:45', '0 11:15') }),
    [],
  );
});

test('a probability opens an incident while the last poll is inactive', () => {
  const rule = { condition: { kind: 'probability', down: 0.6 } } as const;
  const polls = ['0 10:00 +', '0 11:00 -', '0 12:00 -', '0 13:00 +', '0 14:00 +'];
  const said = ['0 12:00 down since 0 10:30', '0 13:00 resolved at 0 12:30'];
  assert.deepEqual(story(polls, { rule }), said);
  assert.deepEqual(story(['0 10:00 +', '0 11:00 -', '0 12:00 +'], { rule }), []);
  assert.deepEqual(story(['0 10:00 +', '0 11:00 !'], { rule }), ['0 11:00 down since 0 10:30']);
});

test('late polls neither repeat nor revoke what was said', () => {
  assert.deepEqual(story(['0 10:00 +', '0 11:00 -', '0 12:00 -', '0 13:00 +']), [
    '0 12:00 down since 0 10:30',
    '0 13:00 resolved at 0 12:30',
  ]);
  const polls: Poll[] = [
    [at('0 10:00'), true],
    [at('0 11:00'), false],
    [at('0 12:00'), false],
    [at('0 13:00'), true],
  ];
  const now = at('0 13:30');
  const settled = { incident: undefined, settledThrough: at('0 13:00') };
  for (const late of ['0 10:30', '0 12:30', '0 12:45']) {
    const step = evaluate(DEFAULT_RULE, viewOf([...polls, [at(late), false]], now, {}), settled);
    assert.deepEqual([step.transition, step.state], [undefined, settled], late);
  }
  // The active poll that ended it is corrected: only newer polls open another incident.
  const corrected = [...polls.slice(0, 3), [at('0 13:00'), false], [at('0 13:20'), false]] as Poll[];
  assert.equal(evaluate(DEFAULT_RULE, viewOf(corrected, now, {}), settled).transition, undefined);
  const again = evaluate(DEFAULT_RULE, viewOf([...corrected, [at('0 13:25'), false]], now, {}), settled);
  assert.equal(again.transition?.kind, 'opened');
});

const anyPolls = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 * 24 * 4 - 1 }), fc.boolean(), fc.boolean()), {
    selector: ([slot]) => slot,
    maxLength: 60,
  })
  .map((polls) => polls.map(([slot, active, reason]): Poll => [slot * 15 * MINUTE, active, !active && reason]));
const anyOpen = fc.constantFrom(
  DAYTIME,
  ALWAYS,
  span('0 06:00', '0 10:00', '1 06:00', '1 10:00', '2 23:00', '3 04:00'),
);
const anyRule: fc.Arbitrary<AlertRule> = fc.record({
  condition: fc.oneof(
    fc.record({
      kind: fc.constant('inactive_polls' as const),
      polls: fc.integer({ min: 1, max: 4 }),
      withReason: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('lost_time' as const),
      lost: fc.integer({ min: 1, max: 300 }).map((m) => m * MINUTE),
      within: fc.constant(DAY),
    }),
  ),
  recovery: fc.integer({ min: 1, max: 3 }),
  openingGrace: fc.constantFrom(0, 15 * MINUTE, HOUR),
  nearClose: fc.constantFrom(0, 30 * MINUTE),
});

test('no alert outside open time or in planned downtime, none without an inactive poll, no recovery without an alert', () => {
  fc.assert(
    fc.property(
      anyPolls,
      anyOpen,
      anyRule,
      fc.constantFrom(EMPTY, span('1 08:00', '1 12:00')),
      (polls, open, rule, planned) => {
        let state = NO_INCIDENT;
        let current: Incident | undefined;
        const known: Poll[] = [];
        for (const poll of polls) {
          known.push(poll);
          const now = Math.max(...known.map(([instant]) => instant));
          const view = viewOf(known, now, { open, planned });
          const { transition, state: next } = evaluate(rule, view, state);
          if (transition?.kind === 'opened') {
            assert.equal(current, undefined);
            assert.ok(contains(open, now) && !contains(planned, now), `opened at ${text(now)}`);
            assert.ok(
              known.some(([instant, active]) => !active && instant === transition.incident.openedBy),
              'no poll',
            );
            current = transition.incident;
          } else if (transition?.kind === 'resolved') {
            assert.deepEqual(transition.incident, current);
            assert.ok(
              known.some(
                ([instant, active]) => active && contains(open, instant) && instant > transition.incident.openedBy,
              ),
              'no poll',
            );
            current = undefined;
          }
          assert.equal(next.incident, current);
          // The same question again has the same answer, and nothing new to say.
          assert.deepEqual(evaluate(rule, view, next), { state: next, transition: undefined });
          state = next;
        }
      },
    ),
  );
});

test('the order in which polls arrive does not matter to what is open in the end', () => {
  fc.assert(
    fc.property(anyPolls, anyOpen, fc.integer({ min: 1, max: 3 }), (polls, open, count) => {
      const rule: AlertRule = {
        condition: { kind: 'inactive_polls', polls: count, withReason: count },
        ...{ recovery: 1, openingGrace: 0, nearClose: 0 },
      };
      const now = Math.max(0, ...polls.map(([instant]) => instant));
      const isOpen = (order: readonly Poll[]) =>
        evaluate(rule, viewOf(order, now, { open }), NO_INCIDENT).state.incident?.firstPoll;
      assert.equal(isOpen([...polls].reverse()), isOpen([...polls].sort((a, b) => a[0] - b[0])));
    }),
  );
});

test('a rule that can never alert is refused with the reason', () => {
  assert.deepEqual(ruleFaults(DEFAULT_RULE), []);
  const condition = (changed: AlertRule['condition']) => ruleFaults({ ...DEFAULT_RULE, condition: changed });
  assert.deepEqual(condition({ kind: 'lost_time', lost: 3 * HOUR, within: 2 * HOUR }), [
    {
      field: 'condition.lost_minutes',
      message: 'condition.lost_minutes is 180, expected at most 120: condition.within_hours is 2',
    },
  ]);
  assert.deepEqual(condition({ kind: 'lost_time', lost: HOUR, within: 9 * DAY }), [
    { field: 'condition.within_hours', message: 'condition.within_hours is 216, expected more than 0 and at most 192' },
  ]);
  assert.deepEqual(condition({ kind: 'lost_time', lost: 0, within: DAY }), [
    { field: 'condition.lost_minutes', message: 'condition.lost_minutes is 0, expected more than 0' },
  ]);
  assert.deepEqual(condition({ kind: 'inactive_polls', polls: 0, withReason: 1.5 }), [
    { field: 'condition.polls', message: 'condition.polls is 0, expected 1 to 100' },
    { field: 'condition.polls_with_reason', message: 'condition.polls_with_reason is 1.5, expected 1 to 100' },
  ]);
  assert.deepEqual(condition({ kind: 'probability', down: 1 }), [
    { field: 'condition.probability', message: 'condition.probability is 1, expected 0.5 to 0.95' },
  ]);
  assert.deepEqual(ruleFaults({ ...DEFAULT_RULE, recovery: 0, nearClose: DAY }), [
    { field: 'recovery', message: 'recovery is 0, expected 1 to 100 active polls' },
    {
      field: 'near_close_minutes',
      message: 'near_close_minutes is 1440, expected 0 to 1439: with a day, no store would ever alert',
    },
  ]);
});
