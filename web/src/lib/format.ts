/** Numbers in the format of the browser's locale. */
const whole = new Intl.NumberFormat();
const percentOne = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const percentTwo = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const percentShort = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const points = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});
const decimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const bytesOf = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function count(value: number): string {
  return whole.format(value);
}

/** A count with its noun: `1 store`, `12 stores`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

/** @param ratio 0 to 1; a ratio below 1 is never rounded up to 100%. */
export function percent(ratio: number | null): string {
  if (ratio === null) return '–';
  const near = ratio > 0.999 && ratio < 1 ? Math.floor(ratio * 10_000) / 10_000 : ratio;
  return (ratio > 0.99 && ratio < 1 ? percentTwo : percentOne).format(near);
}

/** For the evenly spaced labels of an axis. */
export function percentStep(ratio: number): string {
  return percentShort.format(ratio);
}

/** The change between two ratios, in percentage points, signed: `+0.30 pp`. */
export function changeInPoints(now: number | null, before: number | null): string | undefined {
  if (now === null || before === null) return undefined;
  return `${points.format((now - before) * 100).replace('-', '−')} pp`;
}

/** A duration in its two largest units: `3 h 12 min`, `45 s`. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 min';
  if (seconds < 60) return `${decimal.format(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${whole.format(days)} d ${hours % 24} h`;
}

/** Open time of one store, in hours and minutes rather than days: `80 h 30 min`. */
export function openTime(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60 || minutes < 60) return duration(seconds);
  const rest = minutes % 60;
  return `${whole.format(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** A time that may have begun earlier than it could be seen: `over 192 h`. */
export function over(beganEarlier: boolean, time: string): string {
  return beganEarlier ? `over ${time}` : time;
}

/** The total time of many stores, in hours only: `2,579 h`. */
export function storeHours(seconds: number): string {
  const hours = seconds / 3_600;
  return `${(hours < 10 ? decimal : whole).format(hours < 10 ? hours : Math.round(hours))} h`;
}

/** `h:mm:ss`, not rounded, so that displayed sums add up. */
export function exactDuration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1_000);
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const rest = (milliseconds % 60_000) / 1_000;
  const tail = Number.isInteger(rest) ? String(rest).padStart(2, '0') : rest.toFixed(3).padStart(6, '0');
  return `${hours}:${String(minutes).padStart(2, '0')}:${tail}`;
}

/** @param amount as a decimal, with the decimals of its currency */
export function money(amount: string, currency: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, ...digits }).format(Number(amount));
}

export function bytes(value: number): string {
  if (value < 1_000) return `${whole.format(value)} B`;
  if (value < 1_000_000) return `${bytesOf.format(value / 1_000)} kB`;
  if (value < 1_000_000_000) return `${bytesOf.format(value / 1_000_000)} MB`;
  return `${bytesOf.format(value / 1_000_000_000)} GB`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });

/** The age of an instant: `12 minutes ago`. */
export function ago(instant: number, now: number): string {
  const seconds = Math.round((instant - now) / 1_000);
  if (Math.abs(seconds) < 45) return 'just now';
  // Choose the unit after rounding, so that 60 minutes become an hour.
  const minutes = Math.round(seconds / 60);
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  const hours = Math.round(seconds / 3_600);
  if (Math.abs(hours) < 24) return relative.format(hours, 'hour');
  const days = Math.round(seconds / 86_400);
  if (Math.abs(days) < 60) return relative.format(days, 'day');
  if (Math.abs(days) < 700) return relative.format(Math.round(days / 30.44), 'month');
  return relative.format(Math.round(seconds / (365.25 * 86_400)), 'year');
}
