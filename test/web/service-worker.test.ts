import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const SCRIPT = readFileSync(new URL('../../web/public/service-worker.js', import.meta.url), 'utf8');
const ORIGIN = 'https://monitor.example.com';

type Listener = (event: object) => void;

/** The service worker in a browser with open windows at these addresses; what it does is in `done`. */
function worker(open: readonly string[] = []) {
  const listeners = new Map<string, Listener>();
  const done: unknown[] = [];
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (kind: string, listener: Listener) => listeners.set(kind, listener),
    registration: { showNotification: async (...shown: unknown[]) => done.push(['show', ...shown]) },
    clients: {
      matchAll: async () => open.map((url) => ({ url, focus: async () => done.push(['focus', url]) })),
      openWindow: async (url: string) => done.push(['open', url]),
    },
  };
  runInNewContext(SCRIPT, { self, URL });
  /** Dispatches an event, and waits for the work that it starts. */
  const dispatch = async (kind: string, event: object) => {
    let work: unknown;
    const waitUntil = (started: unknown) => {
      work = started;
    };
    listeners.get(kind)?.({ ...event, waitUntil });
    await work;
  };
  return { done, dispatch };
}

const MESSAGE = { id: 'm', title: 'a is down', body: 'Since noon', tag: 'i', page: '/incidents/i' };

test('a push message is shown as a notification, with a button if it can be acknowledged', async () => {
  const { done, dispatch } = worker();
  const acknowledge_url = `${ORIGIN}/acknowledge/token`;
  await dispatch('push', { data: { json: () => MESSAGE } });
  await dispatch('push', { data: { json: () => ({ ...MESSAGE, acknowledge_url }) } });
  const shown = { body: 'Since noon', tag: 'i', renotify: true, icon: '/icon-192.png' };
  // The values are of another realm.
  assert.deepEqual(JSON.parse(JSON.stringify(done)), [
    ['show', 'a is down', { ...shown, data: { page: '/incidents/i' }, actions: [] }],
    [
      'show',
      'a is down',
      {
        ...{ ...shown, data: { page: '/incidents/i', acknowledge: acknowledge_url } },
        actions: [{ action: 'acknowledge', title: 'Acknowledge' }],
      },
    ],
  ]);
});

test('a click opens the incident, or brings its window to the front; the button opens the acknowledgement', async () => {
  const data = { page: '/incidents/i', acknowledge: `${ORIGIN}/acknowledge/token` };
  const click = async (action: string, open: readonly string[] = []) => {
    const { done, dispatch } = worker(open);
    const notification = { data, close: () => done.push('close') };
    await dispatch('notificationclick', { action, notification });
    return done;
  };
  assert.deepEqual(await click(''), ['close', ['open', `${ORIGIN}/incidents/i`]]);
  assert.deepEqual(await click('', [`${ORIGIN}/`, `${ORIGIN}/incidents/i`]), [
    'close',
    ['focus', `${ORIGIN}/incidents/i`],
  ]);
  assert.deepEqual(await click('acknowledge'), ['close', ['open', data.acknowledge]]);
});
