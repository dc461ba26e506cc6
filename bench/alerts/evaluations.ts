import type { Storage } from '../../src/storage/ports/storage.ts';
import { AlertWorld, MINUTE, NOON } from '../../test/support/alert-world.ts';
import { median } from '../measure.ts';
import type { Sizes } from './sizes.ts';

/** How long evaluations after a batch of polls take, by the size of the fleet. */
export interface Evaluations {
  readonly stores: number;
  /** Medians, milliseconds: of batches without a change, and of those with which stores go down. */
  readonly unchanged: number;
  readonly opening: number;
}

/** Minutes between two batches of the same stores. */
const STEP = 5;
/** The stores of a batch that go down. */
const DOWN = 3;

export async function measureEvaluations({ stores, batch, batches }: Sizes['evaluations']): Promise<Evaluations[]> {
  const found: Evaluations[] = [];
  for (const count of stores) found.push(await measure(count, batch, batches));
  return found;
}

async function measure(count: number, batch: number, batches: number): Promise<Evaluations> {
  const cleanups: (() => unknown)[] = [];
  const world = await AlertWorld.open({ after: (cleanup) => cleanups.push(cleanup as () => unknown) }, {});
  try {
    await addStores(world.storage, count);
    await world.saveRule('r');
    const [unchanged, opening]: [number[], number[]] = [[], []];
    let minute = -batches * 2 * STEP;
    /** Polls these stores, of which the first ones are inactive; returns how long the evaluation took. */
    const evaluate = async (from: number): Promise<number> => {
      const polls = Array.from({ length: batch }, (_, i) => [`s${from + i}`, minute, i >= DOWN] as const);
      await world.poll(...polls);
      world.now = NOON + minute * MINUTE;
      minute += STEP;
      const started = performance.now();
      await world.evaluator.evaluate(new Map(polls.map(([id, , active]) => [id, !active])));
      return performance.now() - started;
    };
    await world.at(minute);
    for (let i = 0; i < batches; i++) {
      unchanged.push(await evaluate(i * DOWN));
      opening.push(await evaluate(i * DOWN));
    }
    return { stores: count, unchanged: median(unchanged), opening: median(opening) };
  } finally {
    for (const cleanup of cleanups) await cleanup();
  }
}

/** Adds stores that are always open, in 50 cities. */
async function addStores(storage: Storage, count: number): Promise<void> {
  await storage.importing(async (session) => {
    await session.staging.run(`
      create temp table new_stores as
      select 's' || i as store_id, null::varchar as name, null::varchar as zone, null::varchar as probe_url,
        map {'city': 'city ' || i % 50} as labels
      from range(${count}) as numbers(i)`);
    await session.replaceStores('new_stores', NOON);
  });
}
