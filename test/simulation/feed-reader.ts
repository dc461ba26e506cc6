import type { FeedReading, ReadFeed } from '../../src/intake/feeds/reader/reader.ts';
import type { Source } from '../../src/intake/feeds/source.ts';
import { readFile } from '../../src/lib/world/files.ts';
import { stageList } from './staged-lists.ts';

const TABLE = 'staged_polls';

/** Reads polls files of the simulated disk: what the reader process does with real ones. */
export const feedReader = {
  clear: async (): Promise<void> => {},
  read: async ({ path, label }: Source, { latest }: Pick<FeedReading, 'latest'>): Promise<ReadFeed> => {
    const [, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const rows = lines.map((row, i) => {
      const [store_id = '', status, time = ''] = row.split(',');
      return { line: i + 2, row, store_id, instant: Date.parse(time), active: status === 'active' };
    });
    const rejects = rows.filter(({ instant }) => instant > latest);
    const good = rows.filter(({ instant }) => instant <= latest);
    return {
      staged: {
        ...{ table: TABLE, read: rows.length, rejected: rejects.length, listed: rejects.length, setAside: 0 },
        unreadStores: undefined,
      },
      rejects: async function* () {
        for (const { line, row } of rejects) yield { file: label, line, reason: 'timestamp_utc is in the future', row };
      },
      stage: async (session) => stageList(session, TABLE, good),
      remove: async () => {},
    };
  },
};
