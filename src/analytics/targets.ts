import type { DivisionName } from '../domain/periods/cells.ts';
import type { UptimeTargetRecord } from '../storage/ports/uptime-targets.ts';
import type { Directory, StoreEntry } from '../stores/directory.ts';
import type { PeriodEnds } from './compute.ts';
import type { Grouping } from './groups.ts';
import { isWhole, UNITS } from './period.ts';
import { storesOfTarget } from './uptime-targets.ts';

/** A row of an answer for which there is a target. */
export interface TargetRow {
  readonly target: UptimeTargetRecord;
  readonly stores: readonly StoreEntry[];
  readonly group: number;
  readonly cell: number;
  /** The dates of the row, which are one period of the target. */
  readonly dates: { readonly first: number; readonly end: number };
}

/**
 * The rows that are about exactly the stores of a target, in exactly one of its periods. Of several targets for a row, the
 * strictest counts.
 *
 * @param stores those that are asked about, in the order of the grouping
 */
export function targetRows(
  targets: readonly UptimeTargetRecord[],
  directory: Directory,
  stores: readonly StoreEntry[],
  grouping: Grouping,
  by: DivisionName,
  ends: PeriodEnds,
): readonly TargetRow[] {
  if (ends.kind === 'instants') return [];
  const places = new Map(stores.map(({ key }, i) => [key, i]));
  const rows = new Map<string, TargetRow>();
  for (const target of targets) {
    const parts = partsOf(target, by, ends.dates);
    if (parts.length === 0) continue;
    const own = storesOfTarget(target, directory);
    const leaves = own.map(({ key }) => grouping.leafOf[places.get(key) ?? -1]);
    for (const group of groupsWith(leaves, grouping)) {
      for (const part of parts) {
        const key = `${group} ${part.cell}`;
        if ((rows.get(key)?.target.uptime ?? 0) < target.uptime) rows.set(key, { target, stores: own, group, ...part });
      }
    }
  }
  return [...rows.values()];
}

/** The groups that have exactly these stores, which are given by their smallest groups. */
function groupsWith(leaves: readonly (number | undefined)[], { groups, above }: Grouping): readonly number[] {
  const [first] = leaves;
  if (first === undefined) return [];
  const around = (leaf: number) => [...(above[leaf] as readonly number[]), leaf];
  return around(first).filter(
    (group) =>
      groups[group]?.stores === leaves.length &&
      leaves.every((leaf) => leaf !== undefined && around(leaf).includes(group)),
  );
}

/** The parts of a period that are one period of a target. */
function partsOf({ period }: UptimeTargetRecord, by: DivisionName, dates: TargetRow['dates']) {
  const unit = UNITS[period];
  if (by === 'total') return isWhole(unit, dates) ? [{ cell: 0, dates }] : [];
  if (by !== period) return [];
  const [first, last] = [unit.numberOf(dates.first), unit.numberOf(dates.end - 1)];
  return Array.from({ length: last - first + 1 }, (_, cell) => ({
    cell,
    dates: { first: unit.firstDate(first + cell), end: unit.firstDate(first + cell + 1) },
  })).filter((part) => part.dates.first >= dates.first && part.dates.end <= dates.end);
}
