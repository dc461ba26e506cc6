import { WINDOWS } from '../window.ts';
import type { Cells } from './cell-counts.ts';
import { GAP_SEGMENTS, type GapSegmentTable, SEGMENT_FIGURES } from './segment-table.ts';

/** Sums over independent segments, for each of `WINDOWS`: what they say of the downtime of a store of one latentClass. */
export class DowntimeSums {
  /** Expected downtime in milliseconds, and its variance. */
  readonly mean = new Float64Array(WINDOWS.length);
  readonly variance = new Float64Array(WINDOWS.length);
  /** The log-probabilities that it was never and always down. */
  readonly never = new Float64Array(WINDOWS.length);
  readonly always = new Float64Array(WINDOWS.length);

  clear(): void {
    for (let w = 0; w < WINDOWS.length; w++) {
      this.mean[w] = 0;
      this.variance[w] = 0;
      this.never[w] = 0;
      this.always[w] = 0;
    }
  }

  /** Adds independent downtime to the windows from `first` to `last`. */
  add(first: number, last: number, mean: number, variance: number, never: number, always: number): void {
    for (let w = first; w <= last; w++) {
      this.mean[w] = (this.mean[w] as number) + mean;
      this.variance[w] = (this.variance[w] as number) + variance;
      this.never[w] = (this.never[w] as number) + never;
      this.always[w] = (this.always[w] as number) + always;
    }
  }

  /** Adds gap segments to the windows from `first` to `last`, for one class. */
  addSegments(first: number, last: number, { figures }: GapSegmentTable, latentClass: number, segments: Cells): void {
    const { cells, counts, length } = segments;
    if (length === 0) return;
    let mean = 0;
    let variance = 0;
    let never = 0;
    let always = 0;
    for (let i = 0; i < length; i++) {
      const count = counts[i] as number;
      const at = (latentClass * GAP_SEGMENTS + (cells[i] as number)) * SEGMENT_FIGURES;
      mean += count * (figures[at] as number);
      variance += count * (figures[at + 1] as number);
      never += count * (figures[at + 2] as number);
      always += count * (figures[at + 3] as number);
    }
    this.add(first, last, mean, variance, never, always);
  }
}
