import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import { renderAnswer } from '../../src/analytics/formats.ts';
import { OPTIONS } from '../../src/analytics/naming.ts';
import { questionFrom } from '../../src/analytics/question.ts';
import { openAnalytics } from '../../src/compose/parts.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { loadConfig } from '../../src/config/config.ts';
import { importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { temporaryFolder } from '../support/temporary.ts';

const TEXT = readFileSync(new URL('../../docs/analytics.md', import.meta.url), 'utf8');

test('the example of the documentation gives what is shown there', async (t) => {
  const folder = temporaryFolder(t);
  const file = (name: string) => {
    const [, content] = new RegExp(`^cat > ${name} <<'END'\\n(.*?)^END$`, 'ms').exec(TEXT) ?? [];
    assert.ok(content !== undefined, `${name} is in the example`);
    writeFileSync(join(folder, name), content);
    return [join(folder, name)];
  };
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  const feeds = { polls: file('polls.csv'), hours: file('hours.csv'), stores: file('stores.csv') };
  const options = { now: Date.now(), strict: true, onReject: async () => {} };
  await importSources(storage, await inspectFeeds(feeds), options);
  const [, command = ''] = /^npx restaurant-monitor report --polls (.*?)^```$/ms.exec(TEXT) ?? [];
  const option = (name: string) => new RegExp(`--${name} (\\S+)`).exec(command)?.[1];
  const question = { from: option('from'), to: option('to'), as_of: option('as-of'), by: option('by') };
  const groupBy = option('group-by');
  assert.ok(groupBy !== undefined, 'the example has groups');
  const asked = questionFrom({ ...question, group_by: [groupBy] }, OPTIONS);
  const answer = await openAnalytics(storage, loadConfig({})).ask(OPEN, asked, undefined);
  const [, shown = ''] = /^```\n(level,.*?)^```$/ms.exec(TEXT) ?? [];
  const columns = shown.split('\n')[0]?.split(',').length;
  const csv = [...renderAnswer(answer, 'csv')].join('').trim().split('\n');
  assert.deepEqual(
    csv.map((line) => line.split(',').slice(0, columns).join()),
    shown.trim().split('\n'),
  );
});
