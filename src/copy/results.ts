import { buffer } from 'node:stream/consumers';
import { decodeFigures } from '../reports/figures.ts';
import type { ResultName, ResultsFolder } from '../reports/results.ts';
import type { SharedResultKind, Storage } from '../storage/ports/storage.ts';

/** A database, and the folder where its results are if it does not keep them itself. */
export interface ResultsPlace {
  readonly storage: Storage;
  readonly folder: ResultsFolder | undefined;
}

export interface CopiedResults {
  readonly results: number;
  /** Complete reports whose results are not there anymore, or cannot be read. */
  readonly missing: number;
}

/** Copies the results of all complete reports. */
export async function copyResults(from: ResultsPlace, to: ResultsPlace): Promise<CopiedResults> {
  let [results, missing] = [0, 0];
  for (const name of await resultNames(from.storage)) {
    const content = await readResult(from, name);
    if (content === undefined) missing++;
    else {
      results++;
      await writeResult(to, name, content);
    }
  }
  return { results, missing };
}

/** The names of the results of all complete reports. */
export async function resultNames(storage: Storage): Promise<ResultName[]> {
  return storage.snapshot(async (snapshot) => {
    const names: ResultName[] = [];
    for await (const rows of snapshot.records('reports')) {
      for (const { report_id: id, status, shares, claimed_by: attempt, figures_sha256: digest } of rows) {
        if (status !== 'complete' || shares !== null || id === null || id === undefined) continue;
        names.push({ id, attempt: (digest ?? null) === null ? undefined : (attempt ?? undefined) });
      }
    }
    return names;
  });
}

interface ResultContent {
  readonly kind: SharedResultKind;
  readonly bytes: Uint8Array;
}

/** The figures of a report, or what an earlier version kept; `undefined`: neither can be read. */
export async function readResult(
  { storage, folder }: ResultsPlace,
  name: ResultName,
): Promise<ResultContent | undefined> {
  for (const kind of ['figures', 'csv'] as const) {
    const kept = await storage.results?.read(name.id, kind);
    const bytes = kept === undefined ? await contentIn(folder, name, kind) : await buffer(kept);
    if (bytes === undefined) continue;
    if (kind === 'csv' ? bytes.length > 0 : decodeFigures(bytes) !== undefined) return { kind, bytes };
  }
  return undefined;
}

/** A backup names its results without the attempt. */
async function contentIn(
  folder: ResultsFolder | undefined,
  name: ResultName,
  kind: SharedResultKind,
): Promise<Uint8Array | undefined> {
  return (await folder?.content(name, kind)) ?? folder?.content({ ...name, attempt: undefined }, kind);
}

async function writeResult(
  { storage, folder }: ResultsPlace,
  name: ResultName,
  { kind, bytes }: ResultContent,
): Promise<void> {
  if (storage.results !== undefined) await storage.results.save(name.id, [bytes], kind);
  else await folder?.write(name, kind, [bytes]);
}
