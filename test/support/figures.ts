import type { FigureColumns } from '../../src/domain/figures.ts';
import { WINDOWS } from '../../src/domain/window.ts';

/** The nine figures of a store: up in the last hour, day and week, then down, then open. */
export function nineFigures(figures: FigureColumns, store: number): number[] {
  return (['up', 'down', 'open'] as const).flatMap((kind) => WINDOWS.map((_, w) => figures[kind](store, w)));
}
