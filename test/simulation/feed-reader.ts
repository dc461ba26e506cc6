import type { ReadFeed } from '../../src/intake/feeds/reader/reader.ts';
import type { Source } from '../../src/intake/feeds/source.ts';
import { readFile } from '../../src/lib/world/files.ts';
import { stageList } from './staged-lists.ts';

const TABLE = 'staged_polls';

/** Reads polls files of the simulated disk: what the reader process does with real ones. */
export const feedReader = {
  clear: async (): Promise<void> => {},
  read: async (source: Source): Promise<ReadFeed> => {
    const [, ...lines] = (await readFile(source.path, 'utf8')).trimEnd().split('\n');
    const rows = lines.map((line) => {
      const [store_id = '', status, time = ''] = line.split(',');
      return { store_id, instant: Date.parse(time), active: status === 'active' };
    });
    return {
      staged: { table: TABLE, read: rows.length, rejected: 0, listed: 0, setAside: 0, unreadStores: undefined },
      rejects: async function* () {},
      stage: async (session) => stageList(session, TABLE, rows),
      remove: async () => {},
    };
  },
};
