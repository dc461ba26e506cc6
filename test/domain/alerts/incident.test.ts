import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertState, evaluate, NO_INCIDENT, type Transition } from '../../../src/domain/alerts/incident.ts';
import { type AlertRule, DEFAULT_RULE, ruleFaults } from '../../../src/domain/alerts/rule.ts';
import { ALWAYS } from '../../../src/domain/interval.ts';
import { at, type Poll, span, viewOf, type World } from '../../support/store-view.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

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
  // Open around the clock by its hours, of which only some days are known.
  const days = { open: span('0 00:00', '9 00:00') };
  assert.deepEqual(story(['2 08:00 -', '2 09:30 -'], days), ['2 09:30 down since 2 08:00']);
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
