import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { refuseUsed, writeBackup } from '../../backup/folder.ts';
import type { Config } from '../../config/config.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { trimmed } from '../../lib/text.ts';
import { configOf, withDatabase } from '../database.ts';
import { formatCount, formatCounted } from '../format.ts';
import { printResult, progressBar, say } from '../output.ts';
import { requireCreatable } from '../outputs.ts';
import { streamed } from '../streams.ts';
import { misuse } from '../usage.ts';

export interface BackupFlags {
  readonly to: string;
  readonly database?: string;
  readonly resultsDir?: string;
  readonly url?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

export async function backup(flags: BackupFlags): Promise<void> {
  if (flags.url !== undefined && flags.database !== undefined) throw misuse('use either --database or --url, not both');
  if (flags.keyFile !== undefined && flags.url === undefined)
    throw misuse('--key-file is given without --url, expected both: a database needs no key');
  if (flags.json && flags.to === '-') throw misuse('--json describes a backup in a folder, not on standard output');
  if (flags.url === undefined) return backUpDatabase(configOf(flags), flags);
  const url = urlFrom(flags.url);
  await checkTarget(flags.to);
  await write(await askServer(url, flags.keyFile), flags.to);
}

/** Before the work, so that a folder that cannot be used is found at once. */
async function checkTarget(to: string): Promise<void> {
  if (to === '-') return;
  await refuseUsed(to);
  await requireCreatable('--to', to);
}

async function backUpDatabase(config: Config, flags: BackupFlags): Promise<void> {
  await checkTarget(flags.to);
  const progress = progressBar();
  try {
    await withDatabase(config, 'read', (run) =>
      streamed(
        (output) => run('writeBackup', {}, { write: output, progress: progress.update }),
        (archive) => write(archive, flags.to),
      ),
    );
  } finally {
    progress.end();
  }
}

async function write(archive: AsyncIterable<Uint8Array>, to: string): Promise<void> {
  if (to === '-') {
    await pipeline(archive, process.stdout, { end: false });
    return;
  }
  const { rows, files } = await writeBackup(archive, to);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { stores = 0, polls = 0 } = rows;
  const results = files.length - 1;
  printResult({ folder: to, stores, polls, results, bytes }, () =>
    say(
      `${to}: ${formatCounted(stores, 'store')}, ${formatCounted(polls, 'poll')}, ` +
        `${formatCounted(results, 'result')}, ${formatCount(Math.ceil(bytes / 1e6))} MB`,
    ),
  );
}

function urlFrom(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw misuse(`--url is "${url}", expected the address of a server such as http://127.0.0.1:5000`);
}

/** The archive that a running server sends. */
async function askServer(url: string, keyFile: string | undefined): Promise<AsyncIterable<Uint8Array>> {
  const key = keyFile === undefined ? undefined : trimmed(await readFile(keyFile, 'utf8'));
  const target = new URL('api/v1/backups', url.endsWith('/') ? url : `${url}/`);
  let answer: Response;
  try {
    answer = await fetch(target, {
      method: 'POST',
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });
  } catch (error) {
    throw new UserError(
      'unavailable',
      `the server at ${url} cannot be reached: ${messageOf((error as Error).cause ?? error)}`,
    );
  }
  if (answer.status === 200 && answer.body !== null) return received(answer.body, url);
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  const hint = answer.status === 401 ? '; give a key with --key-file' : '';
  throw new UserError(
    'unavailable',
    `the server at ${url} responded with status ${answer.status}: ${problem.detail ?? answer.statusText}${hint}`,
  );
}

async function* received(body: AsyncIterable<Uint8Array>, url: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    const reason = messageOf((error as Error).cause ?? error);
    throw new UserError('unavailable', `the server at ${url} ended the backup early: ${reason}`, { cause: error });
  }
}
