import { csvField } from '../csv.ts';
import { HOUR, MINUTE } from '../domain/hours.ts';
import type { Report } from './compute.ts';

/** The columns of the two classic endpoints; `update_last_week` is the uptime, spelled as the contract spells it. */
const CLASSIC_HEADER =
  'store_id,uptime_last_hour(in minutes),uptime_last_day(in hours),update_last_week(in hours),' +
  'downtime_last_hour(in minutes),downtime_last_day(in hours),downtime_last_week(in hours)\n';

const EXACT_HEADER = 'store_id,up_h,up_d,up_w,down_h,down_d,down_w,open_h,open_d,open_w\n';

export const FORMATS = ['csv', 'exact'] as const;
export type Format = (typeof FORMATS)[number];

const ROWS_PER_CHUNK = 2_000;

/**
 * A report as the text of a CSV file, in chunks: `csv` is the classic contract (minutes and hours with two decimals),
 * `exact` has every figure in milliseconds.
 */
export function* renderReport(report: Report, format: Format): Generator<string> {
  const row = format === 'csv' ? classicRow : exactRow;
  let text = format === 'csv' ? CLASSIC_HEADER : EXACT_HEADER;
  for (let i = 0; i < report.ids.length; i++) {
    text += row(csvField(report.ids[i] as string), report, report.positions[i] as number);
    if ((i + 1) % ROWS_PER_CHUNK === 0) {
      yield text;
      text = '';
    }
  }
  yield text;
}

function classicRow(id: string, { figures }: Report, store: number): string {
  const [upHour = 0, upDay = 0, upWeek = 0, downHour = 0, downDay = 0, downWeek = 0] = figures.of(store);
  const up = `${twoDecimals(upHour, MINUTE)},${twoDecimals(upDay, HOUR)},${twoDecimals(upWeek, HOUR)}`;
  const down = `${twoDecimals(downHour, MINUTE)},${twoDecimals(downDay, HOUR)},${twoDecimals(downWeek, HOUR)}`;
  return `${id},${up},${down}\n`;
}

function exactRow(id: string, { figures }: Report, store: number): string {
  return `${id},${figures.of(store).join(',')}\n`;
}

const FRACTIONS = Array.from({ length: 100 }, (_, hundredths) => `.${String(hundredths).padStart(2, '0')}`);

/** Milliseconds in a unit with two decimals, halves up. */
function twoDecimals(milliseconds: number, unit: number): string {
  const hundredths = Math.floor(milliseconds / (unit / 100) + 0.5);
  const whole = Math.floor(hundredths / 100);
  return whole + (FRACTIONS[hundredths - 100 * whole] as string);
}
