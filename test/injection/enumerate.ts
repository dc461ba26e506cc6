import assert from 'node:assert/strict';
import { UserError } from '../../src/lib/errors.ts';
import type { Bench } from './bench.ts';
import type { Fault } from './injector.ts';
import type { Kept } from './power.ts';
import type { Outcome, Scenario } from './scenarios.ts';

/** What was tried in a scenario. */
export interface Tried {
  readonly scenario: string;
  /** The last call that got a fault. */
  readonly calls: number;
  readonly faults: number;
}

const POWER_LOSS = new UserError('unavailable', 'the machine has lost its power');

let runs = 0;

export interface Enumeration {
  /** The first call that gets faults, and how far it is from one to the next. */
  readonly first: number;
  readonly step: number;
  /** The faults that the nth call gets, one per run. */
  readonly faultsOf: (nth: number) => readonly Fault[];
  /** The faults that can also come after the last call. */
  readonly last: readonly Fault[];
  /** Gets what fails; otherwise the first failure is thrown. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

/**
 * Runs a scenario again and again, with faults in its first call, its second one and so on, until it ends before the call
 * that would get one. Everything runs on one database, with data of its own.
 */
export async function enumerate(
  bench: Bench,
  scenario: Scenario,
  { first, step, faultsOf, last, onFailure }: Enumeration,
): Promise<Tried> {
  let faults = 0;
  const attempt = (nth: number, fault: Fault) =>
    tryOnce(bench, scenario, nth, fault).catch((error) => {
      if (onFailure === undefined || (bench.injector.hit === undefined && fault.kind !== 'power')) throw error;
      onFailure(error);
      return bench.injector.hit !== undefined;
    });
  for (let nth = first; ; nth += step) {
    for (const fault of faultsOf(nth)) {
      if (await attempt(nth, fault)) faults++;
      else {
        for (const after of last) await attempt(nth, after);
        return { scenario: scenario.name, calls: nth - step, faults: faults + last.length };
      }
    }
  }
}

/** Returns whether there is an nth call. */
async function tryOnce(bench: Bench, scenario: Scenario, nth: number, fault: Fault): Promise<boolean> {
  const { injector, defects } = bench;
  const attempt = await scenario.begin(bench, `r${++runs}`);
  bench.settle();
  injector.arm(nth, fault);
  const outcome: Outcome = await attempt.work().then(
    () => ({ done: true }),
    (error: unknown) => ({ done: false, error }),
  );
  injector.disarm();
  const { hit } = injector;
  try {
    if (hit === undefined && !outcome.done) throw outcome.error;
    await bench.assertIdle();
    const power = fault.kind === 'power';
    if (power) await bench.losePower(fault.what as Kept);
    // Nobody reads the error of a process that ended.
    await attempt.after(power && !outcome.done ? { done: false, error: POWER_LOSS } : outcome, { power });
    const broken = (await bench.storage.invariants()).filter((invariant) => invariant.broken !== 0);
    assert.deepEqual(broken, [], 'every invariant holds');
    assert.deepEqual(defects, [], 'nothing counts as a defect of the program');
    return hit !== undefined;
  } catch (error) {
    defects.length = 0;
    const where = `${bench.engine}, ${scenario.name}: ${fault.kind} ${fault.name} at call ${nth}, ${hit}`;
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** What was tried, as one line. */
export function lineOf({ scenario, calls, faults }: Tried): string {
  return `${scenario}: ${faults} faults in ${calls} calls`;
}

/** All of it. */
export function sumOf(tried: readonly Tried[]): Tried {
  const sum = (name: 'calls' | 'faults') => tried.reduce((total, one) => total + one[name], 0);
  return { scenario: 'in all', calls: sum('calls'), faults: sum('faults') };
}
