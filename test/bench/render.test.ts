import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render, renderInto } from '../../bench/render.ts';

const NOTES = '## What limits them\n\nThe disk.\n';
const section = (title: string, value: string) => ({
  title,
  text: `About ${title}.`,
  figures: [{ what: `**${title} ÷ least**`, value, target: { text: 'at most 2 ×', met: false } }],
});

test('a measurement replaces its own section and target, and the notes stay at the end', () => {
  const about = { date: '2026-11-01', machine: 'a machine', data: 'some' };
  const whole = render({ ...about, sections: [section('Report', '3 ×'), section('Import', '4 ×')] }, NOTES);
  const later = {
    date: '2026-11-02',
    machine: 'another',
    sections: [section('Report', '5 ×'), section('Sync', '6 ×')],
  };
  const found = renderInto(renderInto(whole, later, '## What limits them\n\nThe driver.\n'), later, NOTES);
  assert.deepEqual(found.match(/^## .*/gm), ['## Targets', '## Report', '## Import', '## Sync', '## What limits them']);
  assert.deepEqual(found.match(/[3-6] × \| at/g), ['4 × | at', '5 × | at', '6 × | at']);
  assert.ok(found.endsWith('\n\n## What limits them\n\nThe disk.\n'), found);
  assert.ok(!found.includes('The driver.'), 'earlier notes are gone');
});
