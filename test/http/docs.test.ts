import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { bodyFields } from '../../src/http/docs/fields.ts';
import { json } from '../../src/http/docs/json.ts';
import { inline, markdown } from '../../src/http/docs/markdown.ts';
import { docsPage } from '../../src/http/docs/page.ts';
import { curl } from '../../src/http/docs/samples.ts';
import { documentOf } from '../../src/http/document/openapi.ts';
import { type ApiDocument, operationsOf } from '../../src/http/document/types.ts';
import { html } from '../../src/lib/html.ts';
import { sampleRoutes } from '../support/sample-routes.ts';
import { testServer } from '../support/server.ts';
import { smallApp } from '../support/small-app.ts';

async function sampleDocument(): Promise<ApiDocument> {
  const app = await smallApp(sampleRoutes);
  await app.ready();
  const document = documentOf(app);
  await app.close();
  return document;
}

test('the page loads nothing from other origins, and runs no scripts', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject('/api/docs');
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'; style-src 'self';/);
  assert.doesNotMatch(answer.body, /<script|<style|\sstyle=|\son\w+=|<img|<iframe/i);
  const links = [...answer.body.matchAll(/<link[^>]*href="([^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual(links, ['/api/docs/style.css']);
  const style = await app.inject('/api/docs/style.css');
  assert.equal(style.headers['content-type'], 'text/css; charset=utf-8');
  assert.doesNotMatch(style.body, /url\(|@import/);
});

test('every operation has a section, and every link a target', async (t) => {
  const { app } = await testServer(t);
  const { body } = await app.inject('/api/docs');
  const ids = [...body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, 'no id occurs twice');
  for (const { operationId } of app.routeTable.filter(({ page }) => !page))
    assert.ok(ids.includes(operationId), `${operationId} is on the page`);
  for (const [, id] of body.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(id), `#${id} leads somewhere`);
});

test('headings descend one level at a time, and the page has landmarks', async () => {
  const page = docsPage(await sampleDocument());
  const main = page.slice(page.indexOf('<main'));
  const levels = [...main.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  for (const [i, level] of levels.entries()) {
    assert.ok(level <= (levels[i - 1] ?? 0) + 1, `heading ${i} is an h${level} after an h${levels[i - 1]}`);
  }
  for (const landmark of ['<header', '<nav aria-label=', '<main id="content"', '<a class="skip" href="#content"']) {
    assert.ok(page.includes(landmark), landmark);
  }
});

test('all text of the document is escaped', async () => {
  const evil = `"><script>alert('&')</script>`;
  const document = JSON.parse(
    JSON.stringify(await sampleDocument(), (key, value: unknown) =>
      ['description', 'summary', 'title', 'pattern', 'examples'].includes(key) && typeof value !== 'object'
        ? evil
        : value,
    ),
  ) as ApiDocument;
  const schemas = {
    ...document.components.schemas,
    [evil]: { type: 'object', properties: { [evil]: { const: evil } } },
  };
  const page = docsPage({ ...document, components: { schemas } });
  const fields = bodyFields(
    { ...document, components: { schemas } },
    { $ref: `#/components/schemas/${evil}` },
    'answer',
  );
  for (const text of [page, fields.text]) {
    assert.doesNotMatch(text, /<script/);
    assert.ok(text.includes('&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;'), 'it is there as text');
  }
});

test('markdown has code, bold, lists, fences and links, and only http links', () => {
  assert.equal(inline('a `<b>` **c**').text, 'a <code>&lt;b&gt;</code> <strong>c</strong>');
  assert.equal(inline('[x](https://a.example/?b&c)').text, '<a href="https://a.example/?b&amp;c">x</a>');
  assert.equal(inline('[x](javascript:alert)').text, '[x](javascript:alert)');
  assert.equal(markdown('a\nb\n\n- c\n- d').text, '<p>a\nb</p><ul><li>c</li><li>d</li></ul>');
  assert.equal(markdown('a\n\n```\nb\n\n<c>\n```').text, '<p>a</p><pre tabindex="0"><code>b\n\n&lt;c&gt;</code></pre>');
});

test('JSON is highlighted without losing a character', () => {
  const value = { 'a"b': ['<c>', -1.5e21, true, null], d: { e: '"f": 1' } };
  const text = json(value).text.replaceAll(/<\/?span[^>]*>/g, '');
  assert.equal(text, html`${JSON.stringify(value, null, 2)}`.text);
});

test('a recursive schema is expanded once', () => {
  const tree = {
    type: 'object',
    properties: { name: { type: 'string' }, parent: { $ref: '#/components/schemas/Tree' } },
  };
  const document = { components: { schemas: { Tree: tree } } } as unknown as ApiDocument;
  const { text } = bodyFields(document, { $ref: '#/components/schemas/Tree' }, 'answer');
  assert.equal(text.match(/class="field d/g)?.length, 2);
});

test('the commands are quoted for a shell, and send the intended request', async () => {
  const document = await sampleDocument();
  const command = (id: string): string[] => {
    const operation = operationsOf(document).find(({ operationId }) => operationId === id);
    assert.ok(operation !== undefined, id);
    const script = `curl() { printf '%s\\0' "$@"; }; SERVER=http://s KEY=k; ${curl(document, operation)}`;
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  };
  const create = command('createStore');
  assert.deepEqual(create.slice(0, 7), [
    ...['-X', 'POST', 'http://s/api/v1/stores', '-H', 'Authorization: Bearer k'],
    ...['-H', 'Content-Type: application/json'],
  ]);
  assert.equal((JSON.parse(create[8] ?? '') as { name: string }).name, "Lenny's");
  const at = '2023-01-25T18%3A13%3A22.479Z';
  assert.equal(command('readTimeline')[0], `http://s/api/v1/stores/1005537814098143378/timeline?from=${at}&to=${at}`);
  assert.deepEqual(command('followEvents')[0], '-N');
});

test('a choice between scalars and one object is described by its type, without alternatives', () => {
  const rows = { type: 'array', items: { type: 'object', properties: { day: { type: 'integer' } } } };
  const schema = { type: 'object', properties: { hours: { anyOf: [{ const: 'always' }, rows] } } };
  const { text } = bodyFields({ components: { schemas: {} } } as unknown as ApiDocument, schema, 'answer');
  assert.match(text, /&quot;always&quot; or list of objects/);
  assert.doesNotMatch(text, /class="choice/);
});

test('required fields of requests and optional fields of responses are marked', async () => {
  const document = await sampleDocument();
  const told = (name: string, side: 'request' | 'answer') =>
    bodyFields(document, { $ref: `#/components/schemas/${name}` }, side)
      .text.replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
  assert.match(
    told('NewStore', 'request'),
    /store_id string required an opaque ID.* name string required .* hours list of HoursRow at most 100 entries hours\[\]\. day integer required/,
  );
  assert.match(
    told('Store', 'answer'),
    /probe_url URL or null state string at as_of one of online offline closed unknown/,
  );
  assert.match(told('Store', 'answer'), /last_poll StoreTime or null last_poll\. utc instant/);
  assert.match(told('Store', 'answer'), /uptime number optional 0 to 1/);
  assert.match(
    told('Segment', 'answer'),
    /either kind &quot;open&quot; from instant open_seconds number, seconds or kind &quot;outage&quot;/,
  );
});
