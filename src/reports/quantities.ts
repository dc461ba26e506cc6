import { formatInstant } from '../calendar/instant.ts';
import {
  columnOf,
  type DetailKind,
  detailOf,
  firstPollIn,
  pollsCounted,
  type ReportFigures,
  WINDOW_NAMES,
  type WindowName,
} from './figures.ts';

/** What a report says of each window, as people read it. */
export const QUANTITIES = ['open', 'uptime', 'downtime', 'unknown'] as const;
type Quantity = (typeof QUANTITIES)[number];
export type FigureName = `${Quantity}_last_${WindowName}`;
export const FIGURE_NAMES: readonly FigureName[] = WINDOW_NAMES.flatMap((window) =>
  QUANTITIES.map((quantity) => `${quantity}_last_${window}` as const),
);

/** A quantity of a window: `uptime_last_hour`, in milliseconds. */
export interface NamedFigure {
  readonly name: FigureName;
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

export type DetailName =
  | `uptime_last_${WindowName}_${'low' | 'high'}`
  | `longest_unpolled_last_${WindowName}`
  | `polls_last_${WindowName}`;

/** A detail of a window: `uptime_last_hour_low` in milliseconds, `polls_last_hour` as a number. */
export interface NamedDetail {
  readonly name: DetailName;
  readonly window: WindowName;
  readonly isTime: boolean;
  readonly values: Float64Array;
}

const NAMES_OF: Readonly<Record<DetailKind, (window: WindowName) => DetailName>> = {
  low: (window) => `uptime_last_${window}_low`,
  high: (window) => `uptime_last_${window}_high`,
  unpolled: (window) => `longest_unpolled_last_${window}`,
  polls: (window) => `polls_last_${window}`,
};
const DETAILS = Object.keys(NAMES_OF) as readonly DetailKind[];

export const DETAIL_NAMES: readonly DetailName[] = WINDOW_NAMES.flatMap((window) =>
  DETAILS.map((kind) => NAMES_OF[kind](window)),
);

/** How sure a report is: for each window the details that were computed, all of them or none. */
export function namedDetails(figures: ReportFigures): NamedDetail[] {
  return WINDOW_NAMES.flatMap((window) =>
    DETAILS.flatMap((kind) => {
      const values = detailOf(figures, kind, window);
      return values === undefined ? [] : [{ name: NAMES_OF[kind](window), window, isTime: kind !== 'polls', values }];
    }),
  );
}

/** A detail as exact formats name it: times are in seconds. */
export function exactName({ name, isTime }: Pick<NamedDetail, 'name' | 'isTime'>): string {
  return isTime ? `${name}_seconds` : name;
}

/** The names that the details of a report have in exact formats. */
export const EXACT_DETAIL_NAMES: readonly string[] = WINDOW_NAMES.flatMap((window) =>
  DETAILS.map((kind) => exactName({ name: NAMES_OF[kind](window), isTime: kind !== 'polls' })),
);

/** `store_id`, the twelve quantities such as `uptime_last_hour_seconds`, exact, `polls_counted`, `first_poll`, and the details that there are. */
export interface JsonRow {
  readonly store_id: string;
  readonly polls_counted: number;
  /** When it was polled for the first time ever, if that was in the last week. */
  readonly first_poll: string | null;
  readonly [figure: `${string}_seconds` | `polls_last_${string}`]: number;
}

/** The rows as JSON has them. */
export function rowsAsJson(figures: ReportFigures): (place: number) => JsonRow {
  const named = namedFigures(figures);
  const counted = pollsCounted(figures);
  const firstPoll = firstPollIn(figures);
  const details = namedDetails(figures).map((detail) => ({ ...detail, name: exactName(detail) }));
  return (place) => {
    const seconds: Record<`${string}_seconds`, number> = {};
    for (const { name, of } of named) seconds[`${name}_seconds`] = of(place) / 1000;
    const first = firstPoll(place);
    const row = {
      store_id: figures.ids[place] as string,
      ...seconds,
      polls_counted: counted[place] as number,
      first_poll: first === undefined ? null : formatInstant(first),
    };
    if (details.length === 0) return row;
    const sure: Record<string, number> = {};
    for (const { name, isTime, values } of details) sure[name] = (values[place] as number) / (isTime ? 1000 : 1);
    return { ...row, ...sure };
  };
}
