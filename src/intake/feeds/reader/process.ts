/** The program of a reader process: reads and checks one file, sends the result, and ends. */
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { Database } from '../../../duckdb/database.ts';
import { isDiskFault, systemReason, UserError } from '../../../lib/errors.ts';
import type { Reject } from '../list-rejects.ts';
import { feedNamed } from '../registry.ts';
import { type Staged, stage } from '../stage.ts';
import { handOver, rejectLine, rejectsFile } from './handover.ts';
import type { ReaderInstruction, ReaderMessage, ReadOrder } from './messages.ts';

const PROGRESS_INTERVAL = 100;

function say(message: ReaderMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

async function storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
  const answer = once(process, 'message') as Promise<[ReaderInstruction]>;
  await say({ kind: 'which_stores', ids });
  const [instruction] = await answer;
  if (instruction.kind !== 'stores') throw new Error(`expected stores, got ${instruction.kind}`);
  return new Set(instruction.ids);
}

async function read({ source, latest, limits, memory, temporary, folder }: ReadOrder): Promise<Staged> {
  const database = await Database.inMemory({ memory, temporary, folders: [dirname(source.path), folder] });
  const session = await database.session();
  const rejects = createWriteStream(rejectsFile(folder));
  const written = finished(rejects);
  // It is awaited at the end.
  written.catch(() => {});
  const timer = setInterval(() => {
    say({ kind: 'progress', done: session.progress() }).catch(() => {});
  }, PROGRESS_INTERVAL);
  try {
    const onReject = async (reject: Reject) => {
      if (!rejects.write(rejectLine(reject))) await Promise.race([once(rejects, 'drain'), written]);
    };
    const options = { latest, limits, storesAmong, onReject };
    const staged = await stage(session, { ...source, feed: feedNamed(source.feed) }, options);
    await handOver(session, staged, folder);
    rejects.end();
    await written;
    return staged;
  } finally {
    clearInterval(timer);
    session.close();
    database.close();
  }
}

/** The error as it reaches the server, which does not get its cause. */
function userErrorOf(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (!isDiskFault(error)) return undefined;
  return new UserError('unwritable', `temporary files cannot be written or read: ${systemReason(error)}`);
}

/** When memory runs out, Linux should kill this process and not the server. */
function goFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Another system, or one that does not allow it.
  }
}

goFirst();
process.once('message', async (instruction: ReaderInstruction) => {
  try {
    if (instruction.kind !== 'read') throw new Error(`expected read, got ${instruction.kind}`);
    await say({ kind: 'done', staged: await read(instruction.order) });
  } catch (error) {
    const forUser = userErrorOf(error);
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    if (forUser !== undefined) {
      const { code, message, withoutContent } = forUser;
      await say({ kind: 'failed', message, error: { code, withoutContent } });
    } else {
      await say({ kind: 'failed', message: stack, error: undefined });
    }
  }
  process.disconnect();
});
// The server has ended.
process.once('disconnect', () => process.exit());
