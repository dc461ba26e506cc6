import { signal } from '@preact/signals';
import type { EventData } from '../../api/client.ts';
import { urlOf } from './api.ts';
import { session } from './session.ts';

type FleetUpdate = EventData<typeof STREAM, 'fleet'>;
const STREAM = 'GET /api/v1/fleet/events';

export type Connection = 'connecting' | 'live' | 'lost';

/** The fleet as the server last described it. */
export const news = signal<FleetUpdate | undefined>(undefined);
export const connection = signal<Connection>('connecting');
/** When something last came from the server, milliseconds. */
export const lastHeard = signal<number | undefined>(undefined);
/** Changes when all that is shown should be brought again. */
export const round = signal(0);
/** The time, told now and then, for what is shown as long ago. */
export const now = signal(Date.now());

const TICK = 15_000;
/** News may come every few seconds; pages are brought again at most this often. */
const PACE = 5_000;
/** Without news, things still age. */
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

/** Listens from now on, through restarts of the server. */
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
  // A browser tries again by itself only after some errors; this does after all of them. The server ends each stream
  // after some minutes: that is no loss as long as the next one begins.
  source.addEventListener('error', () => {
    stop();
    if (failures > 0) connection.value = 'lost';
    const wait = RETRIES[Math.min(failures, RETRIES.length - 1)] ?? 0;
    failures++;
    setTimeout(() => {
      if (session.peek().kind === 'somebody') listen();
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
