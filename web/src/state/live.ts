import { signal } from '@preact/signals';
import type { EventData } from '../../api/client.ts';
import { call, urlOf } from './api.ts';

type FleetUpdate = EventData<typeof STREAM, 'fleet'>;
const STREAM = 'GET /api/v1/fleet/events';

/** `offline`: several attempts to reconnect have failed, and they go on. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline';

/** The last update of the fleet. */
export const news = signal<FleetUpdate | undefined>(undefined);
export const connection = signal<Connection>('connecting');
/** When the last update arrived, milliseconds. */
export const lastHeard = signal<number | undefined>(undefined);
/** Changes when pages should reload their data. */
export const round = signal(0);
/** The current time, updated regularly, for displayed ages. */
export const now = signal(Date.now());

const TICK = 15_000;
/** The shortest time between two reloads; updates may arrive every few seconds. */
const PACE = 5_000;
/** Displayed ages grow even without updates. */
const LONGEST_PAUSE = 60_000;
const RETRIES = [300, 1_000, 2_000, 4_000, 8_000];
/** The server ends each stream after five minutes. One that is older was lost unnoticed, while the machine slept. */
const STREAM_LIFE = 6 * 60_000;

let source: EventSource | undefined;
let opened = 0;
let failures = 0;
let reconnecting: ReturnType<typeof setTimeout> | undefined;
let pending: ReturnType<typeof setTimeout> | undefined;
let lastRound = 0;

export function heard(): void {
  lastHeard.value = Date.now();
}

function bringAgain(): void {
  if (pending !== undefined) return;
  pending = setTimeout(
    () => {
      pending = undefined;
      lastRound = Date.now();
      round.value++;
    },
    Math.max(0, lastRound + PACE - Date.now()),
  );
}

/** Starts to listen, and reconnects when the server restarts. */
export function listen(): void {
  if (source !== undefined) return;
  clearTimeout(reconnecting);
  source = new EventSource(urlOf(STREAM));
  opened = Date.now();
  source.addEventListener('open', () => {
    if (failures > 0) bringAgain();
    failures = 0;
    connection.value = 'live';
    heard();
  });
  source.addEventListener('fleet', ({ data }) => {
    const first = news.value === undefined;
    news.value = JSON.parse(data) as FleetUpdate;
    heard();
    if (!first) bringAgain();
  });
  // Browsers reconnect only after some errors; this reconnects after all.
  source.addEventListener('error', () => {
    close();
    reconnecting = setTimeout(listen, RETRIES[Math.min(failures, RETRIES.length - 1)]);
    failures++;
    // The server ends each stream after some minutes, which is no lost connection if the next one opens.
    if (failures === 1) return;
    connection.value = failures > RETRIES.length || !navigator.onLine ? 'offline' : 'reconnecting';
    // An event source does not say why it failed. If the session has ended, this shows the sign-in page.
    call('GET /api/v1/session').catch(() => {});
  });
}

/** Stops to listen, and forgets what the user of this session has seen. */
export function stop(): void {
  close();
  failures = 0;
  connection.value = 'connecting';
  news.value = undefined;
}

function close(): void {
  clearTimeout(reconnecting);
  source?.close();
  source = undefined;
}

/** Does not wait for the next attempt, and replaces a connection that was lost unnoticed. */
function reconnect(): void {
  const isStale = source !== undefined && Date.now() - opened > STREAM_LIFE;
  if (isStale) close();
  if (isStale || failures > 0) listen();
}

setInterval(() => {
  now.value = Date.now();
  reconnect();
  if (connection.value === 'live' && document.visibilityState === 'visible' && Date.now() - lastRound > LONGEST_PAUSE) {
    bringAgain();
  }
}, TICK);

addEventListener('online', reconnect);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  now.value = Date.now();
  reconnect();
  bringAgain();
});
