import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOUR } from '../../src/domain/hours.ts';
import { WINDOW_NAMES } from '../../src/domain/window.ts';
import type { FeedFiles } from '../../src/intake/feeds/import.ts';
import type { FeedName } from '../../src/intake/feeds/registry.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { columnOf } from '../../src/reports/figures.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

const FILE_NAMES: Readonly<Record<FeedName, string>> = {
  polls: 'store_status.csv',
  hours: 'menu_hours.csv',
  specialHours: 'special_hours.csv',
  zones: 'timezones.csv',
  stores: 'stores.csv',
  sales: 'sales.csv',
};

/** The feeds in a folder of `test/field`, such as `times-of-day` or `unreadable-hours/then`. */
export function fieldFeeds(folder: string): FeedFiles {
  const paths = Object.entries(FILE_NAMES).map(([feed, file]) => [feed, join(ROOT, folder, file)] as const);
  return Object.fromEntries(paths.filter(([, path]) => existsSync(path)).map(([feed, path]) => [feed, [path]]));
}

/** The clock of their imports: later than all that they hold. */
export const FIELD_NOW = Date.parse('2026-12-01T00:00:00Z');

const KINDS = ['up', 'down', 'open'] as const;

/** Hours of the last hour, day and week. */
export type FieldFigures = Readonly<Record<(typeof KINDS)[number], readonly number[]>>;

/** The report at an instant (RFC 3339): the figures of every store by its id. */
export async function fieldReport(
  storage: Pick<Storage, 'snapshot'>,
  asOf: string,
): Promise<Readonly<Record<string, FieldFigures>>> {
  const figures = await storage.snapshot((snapshot) => computeReport(snapshot, Date.parse(asOf)));
  const hours = (kind: (typeof KINDS)[number], place: number) =>
    WINDOW_NAMES.map((window) => (columnOf(figures, kind, window)[place] as number) / HOUR);
  return Object.fromEntries(
    figures.ids.map((id, place) => [
      id,
      { up: hours('up', place), down: hours('down', place), open: hours('open', place) },
    ]),
  );
}
