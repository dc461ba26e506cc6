import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { OPEN } from '../../src/accounts/access.ts';
import { COMMAND_LINE } from '../../src/accounts/audit.ts';
import { PollAppender } from '../../src/intake/api/appender.ts';
import { StoredPolls } from '../../src/intake/prober/history.ts';
import { PollWriter } from '../../src/intake/prober/poll-writer.ts';
import { isDiskFault, isTemporary, messageOf, UserError } from '../../src/lib/errors.ts';
import { ClockWatch } from '../../src/lib/world/clock-watch.ts';
import { syncService } from '../support/sync.ts';
import { type Bench, NOW } from './bench.ts';

/** Something that the program does, and what has to hold after a fault in it. */
export interface Scenario {
  readonly name: string;
  /** A run takes long, so fewer calls get a fault when only some do. */
  readonly slow?: boolean;
  /** @param run tells the data of one run from that of others */
  begin(bench: Bench, run: string): Promise<Attempt>;
}

export interface Attempt {
  /** Does it, and gets the fault. Resolves when nothing of it is running anymore. */
  work(): Promise<unknown>;
  /** Checks what was acknowledged, tries again what was not, and checks the result. */
  after(outcome: Outcome, after: { readonly power: boolean }): Promise<void>;
}

export type Outcome = { readonly done: true } | { readonly done: false; readonly error: unknown };

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Errors after which a client tries again. */
export function assertTemporary(outcome: Outcome): void {
  if (outcome.done) return;
  const { error } = outcome;
  const told =
    isTemporary(error) ||
    isDiskFault(error) ||
    (error instanceof UserError && ['full', 'unwritable'].includes(error.code));
  assert.ok(told, `the error says that trying again helps: ${error instanceof Error ? error.stack : messageOf(error)}`);
}

const append: Scenario = {
  name: 'append polls',
  async begin(bench, run) {
    const appender = new PollAppender(bench.storage);
    const ids = [`${run}-a`, `${run}-b`, `${run}-a`];
    const batch = { ids, instants: [NOW - MINUTE, NOW - MINUTE, NOW - 2 * MINUTE], active: [1, 0, 1] };
    const expected = {
      [`${run}-a`]: [
        [NOW - 2 * MINUTE, true],
        [NOW - MINUTE, true],
      ],
      [`${run}-b`]: [[NOW - MINUTE, false]],
    };
    return {
      work: () => appender.append(batch),
      after: async (outcome) => {
        assertTemporary(outcome);
        if (outcome.done) assert.deepEqual(await bench.polls(ids), expected, 'acknowledged polls are stored');
        const { added, alreadyThere } = await appender.append(batch);
        assert.equal(added + alreadyThere, 3);
        if (outcome.done) assert.equal(added, 0, 'acknowledged polls are there already');
        assert.deepEqual(await bench.polls(ids), expected, 'each poll is stored once');
      },
    };
  },
};

const FEEDS: Readonly<Record<string, (run: string) => string>> = {
  polls: (run) =>
    `store_id,status,timestamp_utc\n${run}-a,active,2023-01-22 11:00:00 UTC\n${run}-b,inactive,2023-01-22 11:00:00 UTC\n`,
  hours: (run) =>
    `store_id,day,start_time_local,end_time_local\n${run}-a,0,09:00:00,17:00:00\n${run}-b,1,09:00:00,17:00:00\n`,
  special_hours: (run) =>
    `store_id,date,start_time_local,end_time_local\n${run}-a,2023-01-22,,\n${run}-b,2023-01-23,09:00:00,17:00:00\n`,
  stores: (run) => `store_id,name,timezone_str,city\n${run}-a,First,Asia/Tokyo,Tokyo\n${run}-b,,,Denver\n`,
  zones: (run) => `store_id,timezone_str\n${run}-a,Asia/Tokyo\n${run}-b,America/Denver\n`,
};

const IMPORTS: readonly { readonly name: string; readonly feed: string; readonly bad?: string }[] = [
  ...Object.keys(FEEDS).map((feed) => ({ name: `import ${feed}`, feed })),
  { name: 'import polls with a bad row', feed: 'polls', bad: 'c,broken,2023-01-22 11:00:00 UTC\n' },
];

const imports = IMPORTS.map(
  ({ name, feed, bad = '' }): Scenario => ({
    name,
    async begin(bench, run) {
      const text = `${FEEDS[feed]?.(run)}${bad}`;
      const add = async () => {
        const { id } = await bench.within(() =>
          bench.imports.add(
            {
              ...{ feed, fileName: 'feed.csv', strict: false, dryRun: false, bytes: text.length },
              ...{ maxBadShare: undefined, effectiveFrom: undefined, requestedBy: undefined },
            },
            Readable.from([Buffer.from(text)]),
          ),
        );
        return id;
      };
      const end = async (id: string) => {
        const found = await bench.imports.find(id).catch(() => undefined);
        return found?.status === 'complete' || found?.status === 'failed' ? found : undefined;
      };
      const ended = (id: string) => bench.until(`the end of import ${id}`, () => end(id));
      const rejects = async (id: string) => textOf((await bench.imports.rejects(id)).content);
      // A process that ended between the two leaves a file that no import has, as its client knows.
      const isKnown = (id: string) =>
        bench.imports.find(id).then(
          () => true,
          () => false,
        );
      let accepted: string | undefined;
      return {
        work: async () => {
          const id = await add();
          accepted = id;
          await bench.unlessFault(() => end(id));
        },
        after: async (outcome) => {
          assertTemporary(outcome);
          if (accepted !== undefined) {
            const { status, reason } = await ended(accepted);
            assert.equal(status, 'complete', `an accepted import completes after the fault: ${reason}`);
            if (bad !== '') assert.match(await rejects(accepted), /broken/, 'its bad rows are listed');
          }
          const { status, counts } = await ended(await add());
          assert.equal(status, 'complete');
          if (accepted !== undefined)
            assert.equal(counts?.added, 0, 'what an accepted import brought is there already');
          for (const { id } of await bench.storage.imports.unfinished(await bench.uploads.prepare())) await ended(id);
          await bench.until('the removal of the files', async () => {
            for (const id of await bench.uploads.ids()) if (await isKnown(id)) return undefined;
            return true;
          });
          if (feed === 'polls') {
            assert.deepEqual(await bench.polls([`${run}-a`, `${run}-b`]), {
              [`${run}-a`]: [[NOW - 60 * MINUTE, true]],
              [`${run}-b`]: [[NOW - 60 * MINUTE, false]],
            });
          }
        },
      };
    },
  }),
);

async function textOf(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** As long ago as no other report, so that no result is shared. */
let reports = 0;

const report: Scenario = {
  name: 'report',
  async begin(bench) {
    const asOf = NOW - ++reports * 1_000;
    const trigger = async () => (await bench.within(() => bench.reports.trigger(OPEN, { asOf }))).id;
    const end = async (id: string) => {
      const found = await bench.reports.find(OPEN, id).catch(() => undefined);
      return found?.status === 'complete' || found?.status === 'failed' ? found : undefined;
    };
    const ended = (id: string) => bench.until(`the end of report ${id}`, () => end(id));
    const csv = async (id: string) => {
      const { status, reason } = await ended(id);
      assert.equal(status, 'complete', `a triggered report completes after the fault: ${reason}`);
      return textOf((await bench.reports.reader.read(await bench.reports.find(OPEN, id), 'csv')).content);
    };
    let accepted: string | undefined;
    return {
      work: async () => {
        const id = await trigger();
        accepted = id;
        await bench.unlessFault(() => end(id));
      },
      after: async (outcome) => {
        assertTemporary(outcome);
        const other = await trigger();
        const again = await csv(other);
        assert.match(again, /^store_id,uptime_last_hour/);
        if (accepted !== undefined) {
          assert.equal(await csv(accepted), again, 'the report is that of the same data');
          assert.equal(await csv(accepted), again, 'and stays so');
        }
        // The number of files decides the number of calls.
        const { path } = bench.results;
        for (const name of readdirSync(path)) rmSync(join(path, name));
      },
    };
  },
};

const sync: Scenario = {
  name: 'sync',
  async begin(bench, run) {
    const path = join(bench.folder, `${run}.csv`);
    writeFileSync(path, `store_id,status,timestamp_utc\n${run}-a,active,2023-01-22 10:00:00 UTC\n`);
    const service = bench.perLife(() =>
      syncService(bench.storage, bench.folder, [{ feed: 'polls', name: path }], {
        ...{ reader: bench.reader, log: bench.log },
      }),
    );
    await service().run('request');
    appendFileSync(path, `${run}-a,inactive,2023-01-22 11:00:00 UTC\n`);
    return {
      work: () => bench.within(() => service().run('request')),
      after: async (outcome) => {
        assertTemporary(outcome);
        await bench.pass();
        const { results } = await bench.within(() => service().run('request'));
        assert.deepEqual(
          results.map(({ status, error }) => [status === 'failed', error]),
          [[false, undefined]],
        );
        assert.deepEqual(await bench.polls([`${run}-a`]), {
          [`${run}-a`]: [
            [NOW - 120 * MINUTE, true],
            [NOW - 60 * MINUTE, false],
          ],
        });
        const { results: again } = await bench.within(() => service().run('request'));
        assert.deepEqual(
          again.map(({ status }) => status),
          ['unchanged'],
          'the checkpoint is at the end',
        );
      },
    };
  },
};

const probe: Scenario = {
  name: 'polls of the prober',
  async begin(bench, run) {
    let elapsed = 0;
    const clock = new ClockWatch({ clocks: { now: () => NOW, elapsed: () => elapsed }, log: bench.log });
    const folder = join(bench.folder, `polls-${run}`);
    const open = () =>
      new PollWriter({
        ...{
          folder,
          clock,
          log: bench.log,
          sink: new PollAppender(bench.storage),
          checkpoints: bench.storage.dayFiles,
          interval: 60 * MINUTE,
        },
        history: new StoredPolls(bench.storage),
      });
    const flush = async (writer: PollWriter) => {
      elapsed += 10_000;
      await bench.within(async () => {
        writer.flush(false);
        await writer.settled();
      });
    };
    const opened = bench.perLife(async () => {
      const writer = open();
      await bench.within(() => writer.recover(false));
      return writer;
    });
    const add = (writer: PollWriter, minutes: number) =>
      bench.within(async () => {
        writer.add({ storeId: `${run}-a`, instant: NOW - minutes * MINUTE, active: true });
        await writer.settled();
      });
    // Until then, a power loss loses it.
    let written = false;
    const first = await opened();
    return {
      work: async () => {
        await add(first, 3);
        written = bench.injector.hit === undefined;
        await flush(first);
      },
      after: async (_outcome, { power }) => {
        // Its files are closed, as by the end of its process.
        if (power) await first.close(false);
        const writer = await opened();
        await add(writer, 2);
        for (let i = 0; writer.pending > 0; i++) {
          assert.ok(i < 20, `${writer.pending} polls are still pending`);
          await flush(writer);
        }
        const polls: [number, boolean][] = [[NOW - 2 * MINUTE, true]];
        const isThere = (await bench.polls([`${run}-a`]))[`${run}-a`]?.length === 2;
        if (written || !power || isThere) polls.unshift([NOW - 3 * MINUTE, true]);
        const expected = { [`${run}-a`]: polls };
        assert.deepEqual(await bench.polls([`${run}-a`]), expected);
        await bench.within(() => writer.close(false));
        assert.equal(
          await bench.within(() => open().recover(false)),
          0,
          'the checkpoint is at the end of the day file',
        );
        assert.deepEqual(await bench.polls([`${run}-a`]), expected);
        assert.ok(existsSync(join(folder, 'folder-id')), 'the folder has its id');
      },
    };
  },
};

const FIRST_PASSWORD = 'seven quiet lemons on a roof';

const accounts: Scenario = {
  name: 'users and keys',
  async begin(bench, run) {
    const { users, keys, audit } = bench.accounts;
    const login = `${run}-user`;
    if (!(await users.any()))
      await users.add(COMMAND_LINE, { login: 'first', role: 'admin', password: FIRST_PASSWORD });
    const change = async () => {
      const { id } = await users.add(COMMAND_LINE, { login, role: 'admin' });
      await keys.add(COMMAND_LINE, { userId: id, name: 'key', scopes: ['polls:write'] });
      await users.change(COMMAND_LINE, id, { name: 'Another name' });
    };
    return {
      work: change,
      after: async (outcome) => {
        assertTemporary(outcome);
        const found = await users.getByLogin(login).catch((error) => {
          assert.equal((error as UserError).code, 'not_found');
          return undefined;
        });
        if (outcome.done) assert.equal(found?.name, 'Another name', 'an acknowledged change is there');
        if (found === undefined) await change();
        else await users.change(COMMAND_LINE, found.id, { name: 'Third name' });
        const { id } = await users.getByLogin(login);
        const { items } = await audit.list({ subjectId: id }, { after: undefined, limit: 20 });
        const added = items.filter(({ action }) => action === 'user.created').length;
        assert.equal(added, 1, 'the audit log has the change once');
      },
    };
  },
};

const prune: Scenario = {
  name: 'prune',
  async begin(bench, run) {
    const old = NOW - 400 * DAY;
    await bench.storage.appendPolls([{ ids: [`${run}-a`, `${run}-a`], instants: [old, NOW - MINUTE], active: [1, 1] }]);
    return {
      work: () => bench.storage.prune(NOW - 300 * DAY),
      after: async (outcome) => {
        assertTemporary(outcome);
        await bench.storage.prune(NOW - 300 * DAY);
        assert.deepEqual(await bench.polls([`${run}-a`]), { [`${run}-a`]: [[NOW - MINUTE, true]] });
      },
    };
  },
};

/** All but restore. */
export const SCENARIOS: readonly Scenario[] = [append, ...imports, report, sync, probe, accounts, prune];
