import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readResult, resultNames } from '../copy/results.ts';
import { copyAtOnce } from '../copy.ts';
import { temporaryFolder } from '../lib/temporary-folder.ts';
import { VERSION } from '../lib/version.ts';
import { createReadStream, stat } from '../lib/world/files.ts';
import type { ResultsFolder } from '../reports/results.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { type BackupFile, DATABASE, MANIFEST, type Manifest, manifestText } from './manifest.ts';
import { packTar, type TarEntry } from './tar.ts';

export interface BackupSource {
  readonly storage: Storage;
  readonly engine: Manifest['engine'];
  /** Where an engine that keeps no results in the database has them. */
  readonly results: ResultsFolder;
  /** Where the copy of the database lies until it is sent; it needs as much room as the database. */
  readonly workFolder: string;
  /** Opens a DuckDB file. */
  readonly openFile: (path: string, access: StorageAccess) => Promise<Storage>;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Receives the share of the polls that is copied, where that is known. */
  readonly onProgress?: (done: number) => void;
}

/**
 * A backup as a tar archive: the database as of one instant, the results of its reports, and at last the manifest with
 * the checksums. A backup without a manifest was cut off.
 */
export async function* createBackup(source: BackupSource): AsyncGenerator<Uint8Array> {
  const createdAt = source.now();
  const folder = await temporaryFolder(source.workFolder);
  try {
    const path = join(folder.path, DATABASE);
    const { generation } = await source.storage.contents();
    await save(source, path);
    yield* packTar(entriesOf(source, path, { generation, createdAt }), createdAt);
  } finally {
    await folder.remove();
  }
}

async function save({ storage, openFile, onProgress = () => {} }: BackupSource, path: string): Promise<void> {
  if (storage.saveTo !== undefined) return storage.saveTo(path);
  const file = await openFile(path, 'write');
  try {
    await storage.snapshot((from) => file.importing((to) => copyAtOnce(from, to, onProgress)), 'background');
  } finally {
    await file.close();
  }
}

async function* entriesOf(
  { storage, engine, results, openFile }: BackupSource,
  path: string,
  { generation, createdAt }: { generation: string; createdAt: number },
): AsyncGenerator<TarEntry> {
  const files: BackupFile[] = [];
  const saved = await openFile(path, 'read');
  const { contents, names } = await (async () => {
    try {
      return { contents: await saved.contents(), names: await resultNames(saved) };
    } finally {
      await saved.close();
    }
  })();
  yield noting(files, DATABASE, (await stat(path)).size, createReadStream(path));
  for (const name of names) {
    const result = await readResult({ storage, folder: results }, name);
    // One that is gone already, as its report says when it is read.
    if (result === undefined) continue;
    yield noting(files, `results/${name.id}.${result.kind}`, result.bytes.length, [result.bytes]);
  }
  const manifest = Buffer.from(
    manifestText({
      ...{ format: 1, program: VERSION, created_at: new Date(createdAt).toISOString(), engine, generation },
      ...{ schema_version: contents.schemaVersion, rows: contents.rows, files },
    }),
  );
  yield { path: MANIFEST, bytes: manifest.length, content: chunksOf([manifest]) };
}

/** An entry whose checksum is in `files` when it was read. */
function noting(
  files: BackupFile[],
  path: string,
  bytes: number,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): TarEntry {
  const hash = createHash('sha256');
  const hashed = async function* () {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
    files.push({ path, bytes, sha256: hash.digest('hex') });
  };
  return { path, bytes, content: hashed() };
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
