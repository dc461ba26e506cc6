/** A position in the day files of a folder: all earlier files, and this many bytes of this one. */
export interface DayFilePosition {
  /** The random id that the folder holds, since each server has a folder of its own. */
  readonly folder: string;
  /** Such as `2026-11-23.csv`. */
  readonly file: string;
  readonly bytes: number;
}

/**
 * The step of a checkpoint that is saved together with the polls in between. It is not saved if the database has
 * another one, as after a restore.
 */
export interface DayFileStep {
  /** The checkpoint until now; `undefined`: there is none for this folder. */
  readonly after: DayFilePosition | undefined;
  readonly upTo: DayFilePosition;
}

/**
 * The checkpoints of the day files: how far the database has the polls of each folder. They are saved by
 * `Storage.appendPolls`, so a restored database has the checkpoint that belongs to its polls.
 */
export interface DayFileCheckpoints {
  /** `undefined`: none was saved for this folder. */
  find(folder: string): Promise<DayFilePosition | undefined>;
}
