import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from '../support/process.ts';

const CHUNK = Buffer.alloc(1 << 20);

/** A folder on a small file system of its own, which can be filled up; it takes root to have one. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filler = join(folder, 'filler');
  }

  /** Returns `undefined` where file systems cannot be mounted. */
  static mount(owner: Owner, folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return undefined;
    }
    owner.after(() => execFileSync('umount', ['--lazy', folder]));
    return new SmallDisk(folder);
  }

  fill(): void {
    const file = openSync(this.#filler, 'w');
    try {
      const { bavail, bsize } = statfsSync(this.folder);
      for (let left = bavail * bsize + CHUNK.length; left > 0; left -= CHUNK.length) writeSync(file, CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }
}
