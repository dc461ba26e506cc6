import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { namesFeeds, withFeedOptions } from '../../../src/cli/feeds.ts';
import { loadSyncConfig } from '../../../src/config/sync.ts';
import { apiNameOf, FEEDS, feedByApiName, feedNamed, titleOf } from '../../../src/intake/feeds/registry.ts';
import { Importer } from '../../support/importer.ts';

test('every feed is found by its name and by its API name', () => {
  assert.deepEqual(
    FEEDS.map(({ name }) => [apiNameOf(name), titleOf(name)]),
    [
      ['stores', 'stores'],
      ['zones', 'time zones'],
      ['hours', 'business hours'],
      ['special_hours', 'special hours'],
      ['polls', 'polls'],
      ['sales', 'sales'],
    ],
  );
  for (const feed of FEEDS) {
    assert.equal(feedNamed(feed.name), feed);
    assert.equal(feedByApiName(feed.apiName), feed);
  }
});

test('a feed of a newer version keeps its name where results are shown', () => {
  assert.deepEqual([apiNameOf('menus'), titleOf('menus')], ['menus', 'menus']);
  assert.throws(() => feedByApiName('menus'), /there is no feed "menus"/);
});

/** A file of either is also one of the other: it names stores and their zones. */
const BOTH: ReadonlySet<string> = new Set(['stores', 'zones']);

for (const { name, option, variable, title, columns } of FEEDS) {
  test(`a file of ${title} can be named by ${option} and ${variable}, and is recognized by its header`, async (t) => {
    const command = withFeedOptions(new Command()).parse([option, 'a.csv', 'b.csv'], { from: 'user' });
    assert.ok(namesFeeds(command.opts()), `${option} is not read`);
    assert.deepEqual(loadSyncConfig({ [variable]: 'a.csv' }).sources, [{ feed: name, name: 'a.csv' }]);
    const importer = await Importer.open(t);
    const file = importer.file('a.csv', `${columns.map(({ headers }) => headers[0]).join(',')}\n`);
    for (const other of FEEDS.filter((feed) => feed.name !== name)) {
      if (BOTH.has(name) && BOTH.has(other.name)) {
        const { summaries } = await importer.import({ [other.name]: [file] });
        assert.deepEqual(
          summaries.map(({ read }) => read),
          [0],
        );
        continue;
      }
      assert.match(await importer.refusal({ [other.name]: [file] }), new RegExp(`that is a ${title} file\\)$`));
    }
  });
}
