import { MINUTE } from '../domain/hours.ts';
import { totalWithin } from '../domain/interval.ts';
import { CONFIRM_AFTER } from '../intake/prober/probe-scheduler.ts';
import { offsetOf, slotStart } from '../intake/prober/slots.ts';
import { OutputFolder } from '../simulate/output-folder.ts';
import { Random } from '../simulate/random.ts';
import type { TextBuffer } from '../simulate/text-buffer.ts';
import { timeOfDay } from '../simulate/week.ts';
import { type Answer, reasonIn } from './answers.ts';
import type { ChainStore } from './chain.ts';
import { PURPOSE } from './purpose.ts';
import { openTime, type Scenario, type Stretch } from './scenario.ts';

/** Milliseconds between two polls of a store, in the history and of the fake fleet. */
export const POLL_INTERVAL = MINUTE;

/**
 * Outside its published hours, the history has one poll of a store in this time. They do not count, and without most of
 * them the demo starts in half the time.
 */
const CLOSED_INTERVAL = 15 * MINUTE;

/** The most milliseconds that an answer takes. */
const LATENCY = 400;

export interface HistoryOptions {
  readonly seed: number;
  readonly chain: readonly ChainStore[];
  readonly scenario: Scenario;
  /** The history is of `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** The folder for the files, made if it is missing. */
  readonly out: string;
}

/** The feeds of a history: paths of CSV files. */
export interface HistoryFeeds {
  readonly stores: string;
  readonly hours: string;
  readonly polls: string;
}

/** Writes the feeds of a chain: what the prober would have found. */
export async function writeHistory(options: HistoryOptions): Promise<HistoryFeeds> {
  const { chain, out } = options;
  const folder = await OutputFolder.open(out);
  try {
    const stores = await folder.create('stores.csv');
    const hours = await folder.create('menu_hours.csv');
    const polls = await folder.create('store_status.csv');
    stores.text.add('store_id,name,timezone_str,label:brand,label:city,label:platform\n');
    hours.text.add('store_id,day,start_time_local,end_time_local\n');
    polls.text.add('store_id,status,timestamp_utc,reason\n');
    for (const store of chain) {
      const { id, name, zone, brand, city, platform, week } = store;
      stores.text.add(`${[id, name, zone, brand, city, platform].join(',')}\n`);
      for (const { day, start, end } of week) hours.text.add(`${id},${day},${timeOfDay(start)},${timeOfDay(end)}\n`);
      addPolls(store, options, polls.text);
      await polls.flush();
    }
    for (const file of [stores, hours, polls]) await file.close();
    const [storesPath = '', hoursPath = '', pollsPath = ''] = await folder.commit([]);
    return { stores: storesPath, hours: hoursPath, polls: pollsPath };
  } finally {
    await folder.discard();
  }
}

/** Adds the polls of a store, one for each slot. */
function addPolls(store: ChainStore, { seed, scenario, from, to }: HistoryOptions, text: TextBuffer): void {
  const random = new Random(seed, store.index, PURPOSE.latency);
  const answers = new AnswersInOrder(scenario.between(store, from, to));
  const open = openTime(store, store.week, from, to);
  const active = `${store.id},active,`;
  const inactive = `${store.id},inactive,`;
  const offset = offsetOf(store.id, POLL_INTERVAL);
  const first = Math.ceil((from - offset) / POLL_INTERVAL);
  for (let due = slotStart(first, offset, POLL_INTERVAL); due < to; due += POLL_INTERVAL) {
    const counts = totalWithin(open, due, due + POLL_INTERVAL) > 0;
    // The prober looks for the last poll, to see which slot is next.
    const isLast = due + POLL_INTERVAL >= to;
    if (!counts && !isLast && due % CLOSED_INTERVAL >= POLL_INTERVAL) continue;
    let at = due;
    let answer = answers.at(at);
    // What seems inactive is probed again, and only that counts; at the end, it is too early for that.
    if (answer.code !== undefined && at + CONFIRM_AFTER + LATENCY < to) {
      at += CONFIRM_AFTER;
      answer = answers.at(at);
    }
    at += random.whole(1, LATENCY);
    if (at >= to) break;
    text.add(answer.code === undefined ? active : inactive);
    text.addInstant(at * 1000);
    text.add(`,${reasonIn(answer)}\n`);
  }
}

/** Finds the answers at ascending instants in one pass. */
class AnswersInOrder {
  readonly #stretches: readonly Stretch[];
  #current = 0;

  constructor(stretches: readonly Stretch[]) {
    this.#stretches = stretches;
  }

  at(instant: number): Answer {
    while ((this.#stretches[this.#current + 1]?.from ?? Number.POSITIVE_INFINITY) <= instant) this.#current++;
    const { answer } = this.#stretches[this.#current] as Stretch;
    return answer;
  }
}
