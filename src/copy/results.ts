import { buffer } from 'node:stream/consumers';
import { decodeFigures } from '../reports/figures.ts';
import type { ResultsFolder } from '../reports/results.ts';
import type { SharedResultKind, Storage } from '../storage/ports/storage.ts';

/** A database, and the folder where its results are if it does not keep them itself. */
export interface ResultsPlace {
  readonly storage: Storage;
  readonly folder: ResultsFolder | undefined;
}

export interface CopiedResults {
  readonly results: number;
  /** Complete reports whose results are not there any more, or cannot be read. */
  readonly missing: number;
}

/** Copies the results of all complete reports. */
export async function copyResults(from: ResultsPlace, to: ResultsPlace): Promise<CopiedResults> {
  let [results, missing] = [0, 0];
  for (const id of await resultIds(from.storage)) {
    const content = await readResult(from, id);
    if (content === undefined) missing++;
    else {
      results++;
      await writeResult(to, id, content);
    }
  }
  return { results, missing };
}

/** The ids of the complete reports that have a result of their own. */
export async function resultIds(storage: Storage): Promise<string[]> {
  return storage.snapshot(async (snapshot) => {
    const ids: string[] = [];
    for await (const rows of snapshot.records('reports')) {
      for (const { report_id, status, shares } of rows) {
        if (status === 'complete' && shares === null && report_id !== null && report_id !== undefined)
          ids.push(report_id);
      }
    }
    return ids;
  });
}

interface ResultContent {
  readonly kind: SharedResultKind;
  readonly bytes: Uint8Array;
}

/** The figures of a report, or what an earlier version kept; `undefined`: neither can be read. */
export async function readResult({ storage, folder }: ResultsPlace, id: string): Promise<ResultContent | undefined> {
  for (const kind of ['figures', 'csv'] as const) {
    const kept = await storage.results?.read(id, kind);
    const bytes = kept === undefined ? await folder?.content(id, kind) : await buffer(kept);
    if (bytes === undefined) continue;
    if (kind === 'csv' ? bytes.length > 0 : isReadable(bytes)) return { kind, bytes };
  }
  return undefined;
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    decodeFigures(bytes);
    return true;
  } catch {
    return false;
  }
}

async function writeResult(
  { storage, folder }: ResultsPlace,
  id: string,
  { kind, bytes }: ResultContent,
): Promise<void> {
  if (storage.results !== undefined) await storage.results.save(id, [bytes], kind);
  else await folder?.write(id, kind, [bytes]);
}
