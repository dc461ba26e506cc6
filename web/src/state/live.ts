import { signal } from '@preact/signals';
import type { EventData } from '../../api/client.ts';
import { urlOf } from './api.ts';
import { session } from './session.ts';

type FleetUpdate = EventData<typeof STREAM, 'fleet'>;
const STREAM = 'GET /api/v1/fleet/events';

export type Connection = 'connecting' | 'live' | 'lost';

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
const PATIENCE = 60_000;
const RETRIES = [300, 1_000, 2_000, 4_000, 8_000];

let source: EventSource | undefined;
let failures = 0;
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
  source = new EventSource(urlOf(STREAM));
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
  // Browsers reconnect only after some errors; this reconnects after all. The server ends each stream after a few
  // minutes, which does not count as a lost connection if the next one opens.
  source.addEventListener('error', () => {
    stop();
    if (failures > 0) connection.value = 'lost';
    const wait = RETRIES[Math.min(failures, RETRIES.length - 1)] ?? 0;
    failures++;
    setTimeout(() => {
      if (session.peek().kind === 'signed-in') listen();
    }, wait);
  });
}

export function stop(): void {
  source?.close();
  source = undefined;
}

setInterval(() => {
  now.value = Date.now();
  if (connection.value === 'live' && document.visibilityState === 'visible' && Date.now() - lastRound > PATIENCE) {
    bringAgain();
  }
}, TICK);

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  now.value = Date.now();
  bringAgain();
});
