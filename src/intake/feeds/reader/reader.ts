import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { DuckdbLimits } from '../../../duckdb/limits.ts';
import type { Session } from '../../../duckdb/session.ts';
import { UserError } from '../../../lib/errors.ts';
import { clearTemporaryFolders, temporaryFolder } from '../../../lib/temporary-folder.ts';
import type { Timer } from '../../../lib/world/ports.ts';
import { after } from '../../../lib/world/timers.ts';
import type { FeedLimits } from '../limits.ts';
import type { Reject } from '../list-rejects.ts';
import type { Source } from '../source.ts';
import type { Staged } from '../stage.ts';
import { rejectsIn, takeOver } from './handover.ts';
import type { ReaderInstruction, ReaderMessage } from './messages.ts';

export interface FeedReaderOptions {
  /** Where read feeds wait to be merged; created when needed. */
  readonly folder: string;
  readonly limits: FeedLimits;
  readonly duckdb: Pick<DuckdbLimits, 'memory' | 'temporary'>;
  /** Returns those of the ids that existing stores have. */
  readonly storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly log: Pick<Logger, 'warn'>;
  /** The program of the child process, in tests. */
  readonly program?: string;
}

export interface FeedReading {
  /** Later instants are bad, milliseconds. */
  readonly latest: number;
  readonly signal?: AbortSignal | undefined;
  /** `done` is the share of the running statement, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

/** A file that was read and checked; its rows wait in a folder. */
export interface ReadFeed {
  readonly staged: Staged;
  /** The listed rejects, in their order. */
  rejects(): AsyncIterable<Reject>;
  /** Creates the staged tables in a session. */
  stage(session: Session): Promise<void>;
  /** Deletes the folder. */
  remove(): Promise<void>;
}

/** Heap of a reader process, megabytes: DuckDB's memory is not part of it. */
const HEAP = 256;
/** A file whose reader process ended unexpectedly is tried once more: the cause may lie elsewhere. */
const ATTEMPTS = 2;

/** Milliseconds in which a process that cannot be reached anymore ends by itself; one that goes on is ended. */
const LINGER = 1_000;

/** The environment variables that a reader process needs. None may contain a secret. */
const ENVIRONMENT = ['PATH', 'SystemRoot', 'TZDATA_DIR'];

class ReaderEnded extends Error {}

/**
 * Reads feeds in child processes, so that a file that uses too much memory, or triggers a defect of the reader, ends the
 * child process and not the server.
 */
export class FeedReader {
  readonly #options: FeedReaderOptions;

  constructor(options: FeedReaderOptions) {
    this.#options = options;
  }

  /**
   * @throws UserError `invalid_input` when the file as a whole cannot be read or exceeds the limits; `unreadable` when the
   * process ended twice; the reason of `signal` when it aborts
   */
  async read(source: Source, reading: FeedReading): Promise<ReadFeed> {
    for (let attempt = 1; ; attempt++) {
      const { path: folder, remove } = await temporaryFolder(this.#options.folder);
      try {
        const staged = await this.#run(source, folder, reading);
        return {
          staged,
          rejects: () => rejectsIn(folder),
          stage: (session) => takeOver(session, staged, folder),
          remove,
        };
      } catch (error) {
        await remove();
        reading.signal?.throwIfAborted();
        if (!(error instanceof ReaderEnded)) throw error;
        if (attempt === ATTEMPTS) {
          throw new UserError('unreadable', `${source.label} cannot be read: ${error.message}, ${ATTEMPTS} times`);
        }
        this.#options.log.warn({ file: source.label, reason: error.message }, 'feed reader failed; trying again');
      }
    }
  }

  /** Deletes what killed servers and commands left behind. */
  async clear(): Promise<void> {
    await clearTemporaryFolders(this.#options.folder);
  }

  #run(source: Source, folder: string, { latest, signal, onProgress }: FeedReading): Promise<Staged> {
    const { limits, duckdb, storesAmong, program = PROGRAM } = this.#options;
    const order = {
      ...{ source: { ...source, feed: source.feed.name }, latest, limits, folder },
      ...{ memory: duckdb.memory, temporary: duckdb.temporary },
    };
    return new Promise((resolve, reject) => {
      const child = fork(program, {
        // Temporary files are deleted with the folder.
        env: { ...Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]])), TMPDIR: folder },
        execArgv: [...loaderFlags(process.execArgv), `--max-old-space-size=${HEAP}`],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        ...(signal !== undefined && { signal, killSignal: 'SIGKILL' as const }),
      });
      const ended = (how: string) => reject(new ReaderEnded(`the process that read it ended unexpectedly (${how})`));
      let ending: Timer | undefined;
      let cut = false;
      const unreachable = () => {
        ending ??= after(LINGER, () => {
          cut = true;
          child.kill('SIGTERM');
        });
      };
      const instruct = (instruction: ReaderInstruction) =>
        child.send(instruction, (error) => {
          if (error !== null) unreachable();
        });
      child.on('disconnect', unreachable);
      child.on('message', (message: ReaderMessage) => {
        if (message.kind === 'progress') onProgress(message.done);
        else if (message.kind === 'which_stores') {
          storesAmong(message.ids).then(
            (ids) => instruct({ kind: 'stores', ids: [...ids] }),
            (error) => {
              reject(error);
              child.kill('SIGKILL');
            },
          );
        } else if (message.kind === 'done') resolve(message.staged);
        else reject(errorOf(message));
      });
      child.on('error', reject);
      child.on('exit', (code, killedBy) => {
        ending?.stop();
        ended(cut && killedBy === 'SIGTERM' ? 'Channel closed' : (killedBy ?? `exit code ${code}`));
      });
      instruct({ kind: 'read', order });
    });
  }
}

function errorOf({ message, error }: Extract<ReaderMessage, { kind: 'failed' }>): Error {
  if (error === undefined) return new Error(message);
  const { code, withoutContent } = error;
  return new UserError(code, message, withoutContent === undefined ? {} : { withoutContent });
}

/** Those flags of this process that load TypeScript, if it was started with some. */
function loaderFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, i) => {
    if (flag.startsWith('--import=')) return [flag];
    return flag === '--import' ? [`--import=${flags[i + 1]}`] : [];
  });
}

/** Next to this module, compiled or not. */
const PROGRAM = fileURLToPath(new URL(`process${extname(import.meta.url)}`, import.meta.url));
