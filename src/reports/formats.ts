import { formatInstant } from '../calendar/instant.ts';
import { HOUR, MINUTE } from '../domain/hours.ts';
import { WINDOW_NAMES } from '../domain/window.ts';
import { csvField } from '../lib/csv.ts';
import { columnOf, firstPollIn, pollsCounted, type ReportFigures } from './figures.ts';
import { coveredOf, detailsOf, jsonRows, type PublicColumn, quantitiesOf } from './quantities.ts';

/** The columns of the two classic endpoints; `update_last_week` is the uptime, spelled as the contract spells it. */
const CLASSIC_HEADER =
  'store_id,uptime_last_hour(in minutes),uptime_last_day(in hours),update_last_week(in hours),' +
  'downtime_last_hour(in minutes),downtime_last_day(in hours),downtime_last_week(in hours)\n';

const EXACT_HEADER = 'store_id,up_h,up_d,up_w,down_h,down_d,down_w,open_h,open_d,open_w\n';

/**
 * The text formats of a report: `csv` is the classic contract (minutes and hours with two decimals), `full` has all
 * quantities and details under their public names (minutes and hours with four decimals), `exact` the figures in
 * milliseconds, `json` all quantities and details in seconds, exact.
 */
export const TEXT_FORMATS = ['csv', 'full', 'exact', 'json'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

export const FORMATS = [...TEXT_FORMATS, 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

const ROWS_PER_CHUNK = 2_000;

/** Renders a report as text, in chunks. */
export function* renderFigures(figures: ReportFigures, format: TextFormat): Generator<string> {
  const { head, row, between = '', tail = '' } = LAYOUTS[format](figures);
  let text = head;
  for (let place = 0; place < figures.ids.length; place++) {
    if (place > 0) text += between;
    text += row(place);
    if ((place + 1) % ROWS_PER_CHUNK === 0) {
      yield text;
      text = '';
    }
  }
  yield text + tail;
}

interface Layout {
  readonly head: string;
  row(place: number): string;
  readonly between?: string;
  readonly tail?: string;
}

const LAYOUTS: Readonly<Record<TextFormat, (figures: ReportFigures) => Layout>> = { csv, full, exact, json };

function csv(figures: ReportFigures): Layout {
  const columns = (['up', 'down'] as const).flatMap((kind) =>
    WINDOW_NAMES.map((window) => ({
      values: columnOf(figures, kind, window),
      unit: window === 'hour' ? MINUTE : HOUR,
    })),
  );
  const row = (place: number) => {
    let text = csvField(figures.ids[place] as string);
    for (const { values, unit } of columns) text += `,${decimals(values[place] as number, unit, 2)}`;
    return `${text}\n`;
  };
  return { head: CLASSIC_HEADER, row };
}

function full(figures: ReportFigures): Layout {
  const withUnit = (column: PublicColumn) => ({ ...column, ...UNITS[column.window] });
  const quantities = quantitiesOf(figures).map(withUnit);
  const counted = pollsCounted(figures);
  const firstPoll = firstPollIn(figures);
  const details = [...detailsOf(figures), ...coveredOf(figures)].map(withUnit);
  const names = [
    'store_id',
    ...quantities.map(({ name, unitName }) => `${name}_${unitName}`),
    'polls_counted',
    'first_poll',
    ...details.map(({ name, unitName, isTime }) => (isTime ? `${name}_${unitName}` : name)),
  ];
  const row = (place: number) => {
    let text = csvField(figures.ids[place] as string);
    for (const { values, unit } of quantities) text += `,${decimals(values[place] as number, unit, 4)}`;
    const first = firstPoll(place);
    text += `,${counted[place]},${first === undefined ? '' : formatInstant(first)}`;
    for (const { values, unit, isTime } of details) {
      text += `,${isTime ? decimals(values[place] as number, unit, 4) : values[place]}`;
    }
    return `${text}\n`;
  };
  return { head: `${names.join(',')}\n`, row };
}

const UNITS = {
  hour: { unit: MINUTE, unitName: 'minutes' },
  day: { unit: HOUR, unitName: 'hours' },
  week: { unit: HOUR, unitName: 'hours' },
} as const;

function exact(figures: ReportFigures): Layout {
  const columns = (['up', 'down', 'open'] as const).flatMap((kind) =>
    WINDOW_NAMES.map((window) => columnOf(figures, kind, window)),
  );
  const row = (place: number) =>
    `${csvField(figures.ids[place] as string)},${columns.map((values) => values[place]).join(',')}\n`;
  return { head: EXACT_HEADER, row };
}

function json(figures: ReportFigures): Layout {
  const { asOf, estimator, ids } = figures;
  const about = JSON.stringify({ as_of: formatInstant(asOf), estimator, stores: ids.length });
  const row = jsonRows(figures);
  return {
    head: `${about.slice(0, -1)},"rows":[\n`,
    row: (place) => JSON.stringify(row(place)),
    between: ',\n',
    tail: '\n]}\n',
  };
}

/** Milliseconds in a unit with a fixed number of decimals, rounded half up. */
function decimals(milliseconds: number, unit: number, digits: 2 | 4): string {
  const scale = digits === 2 ? 100 : 10_000;
  const parts = Math.floor(milliseconds / (unit / scale) + 0.5);
  const whole = Math.floor(parts / scale);
  const rest = parts - scale * whole;
  return `${whole}.${digits === 2 ? HUNDREDTHS[rest] : String(rest).padStart(4, '0')}`;
}

const HUNDREDTHS = Array.from({ length: 100 }, (_, hundredths) => String(hundredths).padStart(2, '0'));
