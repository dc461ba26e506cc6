import { appendFile, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { SyncService } from '../src/intake/sync/service.ts';
import { DEFAULT_BUDGETS } from '../src/lib/budgets.ts';
import type { Storage } from '../src/storage/ports/storage.ts';
import { atMost, count, megabytes, ms, type Section } from './figures.ts';
import { type Fleets, withStorage } from './fleets.ts';
import { APPENDED, feedInstant } from './import.ts';
import { median, timed } from './measure.ts';

const HOURS = 5;
const HOUR = 3_600_000;

/** Syncs an hour's polls at the end of a large file, compared with the first sync of the whole file. */
export async function measureSync(fleets: Fleets): Promise<Section> {
  const file = join(fleets.folder, 'growing.csv');
  await copyFile((await fleets.feeds()).polls, file);
  const { size } = await stat(file);
  return withStorage(join(fleets.folder, 'synced.duckdb'), async (storage) => {
    const service = syncOf(storage, file, fleets.folder);
    const whole = await timed(() => service.run('request'));
    const idle = await timed(() => service.run('request'));
    const { ids, latest } = await storage.snapshot(async (snapshot) => ({
      ids: (await snapshot.stores()).ids.slice(0, APPENDED),
      latest: (await snapshot.latestPoll()) ?? 0,
    }));
    const tails: number[] = [];
    for (let hour = 1; hour <= HOURS; hour++) {
      const rows = ids.map((id, i) => `${id},active,${feedInstant(latest + hour * HOUR + i * 200)}\n`);
      await appendFile(file, rows.join(''));
      let added = 0;
      tails.push(
        await timed(async () => {
          added = (await service.run('request')).results[0]?.added ?? 0;
        }),
      );
      if (added !== ids.length) throw new Error(`a sync added ${added} polls of ${ids.length}`);
    }
    const tail = median(tails);
    const share = (100 * tail) / whole;
    return {
      title: 'Sync',
      text: `A polls file of ${megabytes(size)} that grows by ${count(APPENDED)} polls an hour.`,
      figures: [
        { what: 'first sync, the whole file', value: ms(whole) },
        { what: 'nothing new', value: ms(idle) },
        { what: `${count(APPENDED)} polls more`, value: ms(tail) },
        {
          what: `**${count(APPENDED)} polls more ÷ first sync**`,
          value: `${share.toFixed(1)} %`,
          target: atMost(share, 5, ' %'),
        },
      ],
    };
  });
}

function syncOf(storage: Storage, file: string, folder: string): SyncService {
  return new SyncService({
    ...{ storage, sources: [{ feed: 'polls', name: file }], rejectsDir: join(folder, 'rejects'), server: 'bench' },
    ...{
      onChanged: () => {},
      schedule: (after) => after + HOUR,
      downloads: { allowPrivate: [], timeout: HOUR, maxBytes: Number.POSITIVE_INFINITY },
      budgets: DEFAULT_BUDGETS,
    },
    ...{ log: pino({ level: 'silent' }), now: Date.now, wait: async () => {}, maxBadShare: 0 },
  });
}
