import type { AnswerFacts, FiguresFacts } from '../domain/alerts/analytics-facts.ts';
import type { Measures } from '../domain/periods/sums.ts';
import type { Directory } from '../stores/directory.ts';
import { type Group, STORE_KEY } from './groups.ts';
import type { Answer } from './service.ts';

/** The groups that a summary lists, of each kind. */
const LISTED = 5;
/** The coverage that both periods need before their difference says something. */
const ENOUGH = 0.9;

/**
 * The headline of an answer, its worst groups and the most improved ones.
 *
 * @param answer in total, with subtotals, compared with another period
 * @param directory has the names of stores
 */
export function summaryOf(answer: Answer, directory: Directory): AnswerFacts {
  const { result, compared, groupBy: keys, asOf, knownAt, period, zone } = answer;
  if (compared === undefined) throw new Error('a summary needs another period');
  const figuresAt = (group: number) => {
    const [now, before] = [result.sums.at(group), compared.result.sums.at(group)];
    const { values, stores } = result.grouping.groups[group] as Group;
    return { name: nameOf(keys, values, directory), stores, ...figuresOf(now, before) };
  };
  const leaves = result.grouping.groups.flatMap(({ values }, group) =>
    keys.length > 0 && values.length === keys.length ? [figuresAt(group)] : [],
  );
  const worst = leaves.filter(({ down, uptime }) => uptime !== null && down > 0).sort((a, b) => b.down - a.down);
  const improved = leaves.flatMap((one) =>
    one.change !== null && one.change > 0 ? [{ ...one, change: one.change }] : [],
  );
  return {
    period: { from: period.from, to: period.to, zone: zone ?? null, complete: result.complete },
    compared: { from: compared.from, to: compared.to },
    ...{ asOf, knownAt, keys: keys.map((key) => (key === STORE_KEY ? 'store' : key)), groups: leaves.length },
    total: figuresAt(0),
    worst: worst.slice(0, LISTED),
    improved: improved.sort((a, b) => b.change - a.change).slice(0, LISTED),
  };
}

function figuresOf(now: Measures, before: Measures): Omit<FiguresFacts, 'name' | 'stores'> {
  const uptime = uptimeOf(now);
  const earlier = uptimeOf(before);
  const comparable = isCovered(now) && isCovered(before) && uptime !== null && earlier !== null;
  return {
    ...{ open: now.open, down: now.down, uptime, change: comparable ? uptime - earlier : null },
    coverage: coverageOf(now),
  };
}

/** Null: no poll covers any of the open time; the states are then those of polls before or after. */
function uptimeOf(measures: Measures): number | null {
  const { up, down } = measures;
  return up + down === 0 || coverageOf(measures) === 0 ? null : up / (up + down);
}

function coverageOf({ covered, open }: Measures): number | null {
  return open === 0 ? null : covered / open;
}

function isCovered(measures: Measures): boolean {
  return (coverageOf(measures) ?? 0) >= ENOUGH;
}

function nameOf(keys: readonly string[], values: Group['values'], directory: Directory): string {
  return values
    .map((value, i) => {
      if (value === undefined) return `no ${keys[i]}`;
      return keys[i] === STORE_KEY ? (directory.byId.get(value)?.name ?? value) : value;
    })
    .join(' · ');
}
