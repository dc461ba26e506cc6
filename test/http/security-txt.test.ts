import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { testServer } from '../support/server.ts';

const URL = '/.well-known/security.txt';
const NOW = Date.parse('2026-11-26T15:00:00Z');

test('security.txt is public and expires within a year', async (t) => {
  const { app } = await testServer(t, { securityContact: 'mailto:security@example.com', now: () => NOW });
  const answer = await app.inject(URL);
  assert.deepEqual([answer.statusCode, answer.headers['content-type']], [200, 'text/plain; charset=utf-8']);
  assert.deepEqual(answer.body.split('\n'), [
    'Contact: mailto:security@example.com',
    'Expires: 2027-05-26T00:00:00.000Z',
    'Preferred-Languages: en',
    '',
  ]);
});

test('without a contact there is no security.txt', async (t) => {
  const { app } = await testServer(t);
  const answer = await app.inject(URL);
  assert.equal(answer.statusCode, 404);
  assert.match(answer.body, /SECURITY_CONTACT is not set/);
});

test('a contact that RFC 9116 does not allow stops the start', () => {
  const contact = (SECURITY_CONTACT: string) => loadConfig({ SECURITY_CONTACT }).securityContact;
  for (const good of ['mailto:a@example.com', 'https://example.com/security', 'tel:+1-201-555-0123']) {
    assert.equal(contact(good), good);
  }
  assert.equal(contact(''), undefined);
  for (const bad of ['a@example.com', 'http://example.com', 'mailto:', 'https://example.com/\nContact: x', 'tel: 1']) {
    assert.throws(() => contact(bad), /SECURITY_CONTACT is ".*", expected/s, bad);
  }
});
