import type { ReadFeed } from '../../src/intake/feeds/reader/reader.ts';
import type { Source } from '../../src/intake/feeds/source.ts';
import { readFile } from '../../src/lib/world/files.ts';

/** Reads polls files of the simulated disk: what the reader process does with real ones. */
export const feedReader = {
  clear: async (): Promise<void> => {},
  read: async (source: Source): Promise<ReadFeed> => {
    const [, ...lines] = (await readFile(source.path, 'utf8')).trimEnd().split('\n');
    const rows = lines.map((line) => {
      const [id = '', status, time = ''] = line.split(',');
      return `('${id}', ${Date.parse(time)}, ${status === 'active'}, null)`;
    });
    const staged = {
      ...{ table: 'staged_polls', read: rows.length, rejected: 0, listed: 0, setAside: 0, unreadStores: undefined },
    };
    return {
      staged,
      rejects: async function* () {},
      stage: async (session) => {
        await session.run(
          `create or replace temp table ${staged.table}
             (store_id varchar, instant bigint, active boolean, inactive_reason varchar)`,
        );
        if (rows.length > 0) await session.run(`insert into ${staged.table} values ${rows.join(', ')}`);
      },
      remove: async () => {},
    };
  },
};
