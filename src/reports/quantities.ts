import { columnOf, pollsCounted, type ReportFigures, WINDOW_NAMES, type WindowName } from './figures.ts';

/** What a report says of each window, as people read it. */
export const QUANTITIES = ['open', 'uptime', 'downtime', 'unknown'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** A quantity of a window: `uptime_last_hour`, in milliseconds. */
export interface NamedFigure {
  readonly name: `${Quantity}_last_${WindowName}`;
  readonly window: WindowName;
  /** Milliseconds of the store at this place. */
  of(place: number): number;
}

/** The twelve quantities of a report: for each window open, uptime, downtime, unknown. */
export function namedFigures(figures: ReportFigures): NamedFigure[] {
  return WINDOW_NAMES.flatMap((window) => {
    const [up, down, open] = (['up', 'down', 'open'] as const).map((kind) => columnOf(figures, kind, window));
    const values: Record<Quantity, (place: number) => number> = {
      open: (place) => open?.[place] as number,
      uptime: (place) => up?.[place] as number,
      downtime: (place) => down?.[place] as number,
      // All of the open time, or none: the sums are exact.
      unknown: (place) => (open?.[place] as number) - (up?.[place] as number) - (down?.[place] as number),
    };
    return QUANTITIES.map((quantity) => ({
      name: `${quantity}_last_${window}` as const,
      window,
      of: values[quantity],
    }));
  });
}

/** `store_id`, the twelve quantities such as `uptime_last_hour_seconds`, exact, and `polls_counted`. */
export interface JsonRow {
  readonly store_id: string;
  readonly polls_counted: number;
  readonly [figure: `${string}_seconds`]: number;
}

/** The rows as JSON has them. */
export function rowsAsJson(figures: ReportFigures): (place: number) => JsonRow {
  const named = namedFigures(figures);
  const counted = pollsCounted(figures);
  return (place) => {
    const seconds: Record<`${string}_seconds`, number> = {};
    for (const { name, of } of named) seconds[`${name}_seconds`] = of(place) / 1000;
    return { store_id: figures.ids[place] as string, ...seconds, polls_counted: counted[place] as number };
  };
}
