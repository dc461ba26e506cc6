import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BUDGETS, type Budget, LIMITS, loadBudgets } from '../../src/lib/budgets.ts';

const manual = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

test('every budget is in the table of the manual, with its default', () => {
  for (const { variable, fallback, meaning } of Object.values<Budget>(BUDGETS)) {
    const row = `| \`${variable}\` | \`${fallback}\` | ${meaning} |`;
    assert.ok(manual.includes(`${row}\n`), `docs/operations.md lacks the row ${row}`);
  }
});

test('every limit of a request is in the manual', () => {
  for (const [name, value] of Object.entries(LIMITS))
    assert.match(manual, new RegExp(`\\| ${value.toLocaleString('en-US')} \\|`), `docs/operations.md lacks ${name}`);
});

test('budgets are read from the environment, each within its bounds', () => {
  const defaults = loadBudgets({});
  assert.deepEqual([defaults.earliestPoll, defaults.importWeeks], [730 * 86_400_000, 520]);
  assert.equal(loadBudgets({ EARLIEST_POLL_AGE: '90d' }).earliestPoll, 90 * 86_400_000);
  for (const [name, { variable, unit, least, most }] of Object.entries<Budget>(BUDGETS)) {
    const key = name as keyof typeof BUDGETS;
    assert.ok(loadBudgets({ [variable]: least })[key] <= loadBudgets({ [variable]: most })[key], variable);
    const [under, over] =
      unit === 'duration' ? ['0s', '999999d'] : [String(Number(least) - 1), String(Number(most) + 1)];
    for (const bad of [under, over, 'many']) {
      assert.throws(() => loadBudgets({ [variable]: bad }), {
        code: 'invalid_input',
        message: new RegExp(`^${variable} is "${bad}", expected `),
      });
    }
  }
});
