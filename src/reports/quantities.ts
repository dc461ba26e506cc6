import { formatInstant } from '../calendar/instant.ts';
import type { DetailKind } from '../domain/figures.ts';
import { WINDOW_NAMES, type WindowName } from '../domain/window.ts';
import type { OutputColumn } from '../lib/columns.ts';
import { columnOf, coveredIn, firstPollIn, pollsCounted, type ReportFigures } from './figures.ts';

/** The quantities of each window under their public names. */
export const QUANTITIES = ['open', 'uptime', 'downtime', 'unknown'] as const;
export type QuantityName = `${(typeof QUANTITIES)[number]}_last_${WindowName}`;
export const QUANTITY_NAMES: readonly QuantityName[] = WINDOW_NAMES.flatMap((window) =>
  QUANTITIES.map((quantity) => `${quantity}_last_${window}` as const),
);

export type DetailName =
  | `uptime_last_${WindowName}_${'low' | 'high'}`
  | `longest_unpolled_last_${WindowName}`
  | `polls_last_${WindowName}`;

export type CoveredName = `covered_last_${WindowName}`;
export const COVERED_NAMES: readonly CoveredName[] = WINDOW_NAMES.map((window) => `covered_last_${window}` as const);

/** A column of figures under its public name. */
export interface PublicColumn {
  readonly name: QuantityName | DetailName | CoveredName;
  readonly window: WindowName;
  /** Whether `values` are milliseconds; else they are numbers of polls. */
  readonly isTime: boolean;
  readonly values: Float64Array;
}

/** The twelve quantities of a report: open time, uptime, downtime and unknown time of each window. */
export function quantitiesOf(figures: ReportFigures): PublicColumn[] {
  return WINDOW_NAMES.flatMap((window) => {
    const uptime = columnOf(figures, 'up', window);
    const downtime = columnOf(figures, 'down', window);
    const open = columnOf(figures, 'open', window);
    // The subtraction is exact: it gives all of the open time, or none, or a whole stretch of unknown hours.
    const unknown = open.map((time, row) => time - (uptime[row] as number) - (downtime[row] as number));
    const values = { open, uptime, downtime, unknown };
    return QUANTITIES.map((quantity) => ({
      name: `${quantity}_last_${window}` as const,
      window,
      isTime: true,
      values: values[quantity],
    }));
  });
}

const DETAILS: Readonly<Record<DetailKind, (window: WindowName) => DetailName>> = {
  low: (window) => `uptime_last_${window}_low`,
  high: (window) => `uptime_last_${window}_high`,
  unpolled: (window) => `longest_unpolled_last_${window}`,
  polls: (window) => `polls_last_${window}`,
};
const DETAIL_KINDS = Object.keys(DETAILS) as readonly DetailKind[];

export const DETAIL_NAMES: readonly DetailName[] = WINDOW_NAMES.flatMap((window) =>
  DETAIL_KINDS.map((kind) => DETAILS[kind](window)),
);

/** The details of a report for each window; empty if it has none. */
export function detailsOf({ columns }: ReportFigures): PublicColumn[] {
  return WINDOW_NAMES.flatMap((window) =>
    DETAIL_KINDS.flatMap((kind) => {
      const values = columns.get(`${kind}_${window}`);
      return values === undefined ? [] : [{ name: DETAILS[kind](window), window, isTime: isTime(kind), values }];
    }),
  );
}

/** The covered time of each window; empty if the report has none. */
export function coveredOf(figures: ReportFigures): PublicColumn[] {
  return WINDOW_NAMES.flatMap((window) => {
    const values = coveredIn(figures, window);
    return values === undefined ? [] : [{ name: `covered_last_${window}` as const, window, isTime: true, values }];
  });
}

function isTime(kind: DetailKind): boolean {
  return kind !== 'polls';
}

/** The name of a column in exact formats, in which times are in seconds. */
function exactName({ name, isTime }: Pick<PublicColumn, 'name' | 'isTime'>): string {
  return isTime ? `${name}_seconds` : name;
}

/** The names of the details in exact formats. */
export const EXACT_DETAIL_NAMES: readonly string[] = WINDOW_NAMES.flatMap((window) =>
  DETAIL_KINDS.map((kind) => exactName({ name: DETAILS[kind](window), isTime: isTime(kind) })),
);

/**
 * The columns of the exact formats: `store_id`, the quantities in seconds, `polls_counted`, `first_poll` (RFC 3339; null:
 * not in the last week), the details, if any, and the covered times.
 */
export function exactColumns(figures: ReportFigures): OutputColumn[] {
  const { ids } = figures;
  const { length } = ids;
  const counted = pollsCounted(figures);
  const firstPoll = firstPollIn(figures);
  const column = (figure: PublicColumn): OutputColumn => ({
    name: exactName(figure),
    type: figure.isTime ? 'double' : 'integer',
    length,
    at: (row) => (figure.values[row] as number) / (figure.isTime ? 1000 : 1),
  });
  return [
    { name: 'store_id', type: 'varchar', length, at: (row) => ids[row] as string },
    ...quantitiesOf(figures).map(column),
    { name: 'polls_counted', type: 'integer', length, at: (row) => counted[row] as number },
    {
      name: 'first_poll',
      type: 'varchar',
      length,
      nullable: true,
      at: (row) => {
        const instant = firstPoll(row);
        return instant === undefined ? null : formatInstant(instant);
      },
    },
    ...detailsOf(figures).map(column),
    ...coveredOf(figures).map(column),
  ];
}

/** A row of `exactColumns` as JSON. */
export interface JsonRow {
  readonly store_id: string;
  readonly polls_counted: number;
  readonly first_poll: string | null;
  readonly [figure: `${string}_seconds` | `polls_last_${string}`]: number;
}

/** Renders rows as JSON. */
export function jsonRows(figures: ReportFigures): (row: number) => JsonRow {
  const columns = exactColumns(figures);
  return (row) => {
    const values: Record<string, string | number | null> = {};
    for (const { name, at } of columns) values[name] = at(row);
    return values as unknown as JsonRow;
  };
}
