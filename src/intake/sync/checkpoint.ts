import type { StandingRejects } from '../../storage/ports/sync-log.ts';
import type { Fingerprints } from './fingerprints.ts';

/** How far a file or URL was read. Saved after each import, and read by the next sync. */
export interface Checkpoint {
  /** Changes when the content does: size, time and inode of a file. Empty for a URL, which has validators instead. */
  readonly version: string;
  /** `undefined`: the next sync reads the whole file. */
  readonly read?: ReadSoFar;
  readonly etag?: string;
  readonly lastModified?: string;
  /** The bad rows in the current content. */
  readonly standing?: StandingRejects | undefined;
}

export interface ReadSoFar {
  /** Bytes up to the end of the last line that was read. */
  readonly bytes: number;
  /** Lines in them. */
  readonly lines: number;
  /** The lines up to and including the header. */
  readonly header: string;
  readonly fingerprints: Fingerprints;
}

/** As it is stored: checkpoints of earlier versions must stay readable. */
type StoredCheckpoint = Omit<Checkpoint, 'read'> & {
  readonly read?: Omit<ReadSoFar, 'fingerprints'> & { readonly prints: Fingerprints };
};

export function formatCheckpoint({ version, read, ...rest }: Checkpoint): string {
  if (read === undefined) return JSON.stringify({ version, ...rest } satisfies StoredCheckpoint);
  const { fingerprints: prints, ...position } = read;
  return JSON.stringify({ version, read: { ...position, prints }, ...rest } satisfies StoredCheckpoint);
}

/** `undefined` if there is no valid checkpoint: the next sync reads the whole file. */
export function parseCheckpoint(text: string | undefined): Checkpoint | undefined {
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as Partial<StoredCheckpoint> | null;
    if (typeof stored?.version !== 'string') return undefined;
    const { version, read, ...rest } = stored;
    if (read === undefined) return { version, ...rest };
    const { prints: fingerprints, ...position } = read;
    return { version, read: { ...position, fingerprints }, ...rest };
  } catch {
    return undefined;
  }
}
