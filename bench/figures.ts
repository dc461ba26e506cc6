/** A line of the document. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly target?: Target;
}

export interface Target {
  readonly text: string;
  readonly met: boolean;
}

/** The result of one measurement. */
export interface Section {
  readonly title: string;
  /** Explains the comparison. */
  readonly text: string;
  readonly figures: readonly Figure[];
}

/** A target: `value` is at most `limit`. */
export function atMost(value: number, limit: number, unit: string): Target {
  return { text: `at most ${limit}${unit}`, met: value <= limit };
}

/** A target: `value` is at least `limit`. */
export function atLeast(value: number, limit: number, unit: string): Target {
  return { text: `at least ${limit}${unit}`, met: value >= limit };
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : count(value)} ms`;
export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ×`;
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const megabytes = (bytes: number): string => `${count(bytes / 1e6)} MB`;
