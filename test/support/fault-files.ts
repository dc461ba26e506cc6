import type { Files, OpenFile, World } from '../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';

/** Real files on a disk that a test can fill, and that notes in which order it was written and synced. */
export class FaultDisk {
  /** The code of the error with which writes fail, such as `ENOSPC`; `undefined`: they succeed. */
  fault: string | undefined;
  /** Bytes that a failing write leaves in the file. */
  leaves = 0;
  /** Writes wait for this. */
  hanging: Promise<void> | undefined;
  /** `write`, `datasync` and `sync`, each with the last part of the path. */
  readonly calls: string[] = [];

  get world(): World {
    const files: Files = {
      ...REAL_WORLD.files,
      open: async (path, flags) => this.#watched(await REAL_WORLD.files.open(path, flags), path),
      writeFile: async (path, data, options) => {
        this.#check();
        await REAL_WORLD.files.writeFile(path, data, options);
      },
    };
    return { ...REAL_WORLD, files };
  }

  #check(): void {
    if (this.fault === undefined) return;
    throw Object.assign(new Error(`${this.fault}: the disk fails, write`), { code: this.fault });
  }

  #watched(file: OpenFile, path: string): OpenFile {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const noting = (call: string, work: () => Promise<void>) => async (): Promise<void> => {
      this.calls.push(`${call} ${name}`);
      await work();
    };
    return {
      appendFile: async (data) => {
        this.calls.push(`write ${name}`);
        await this.hanging;
        if (this.fault !== undefined) await file.appendFile(Buffer.from(data).subarray(0, this.leaves));
        this.#check();
        await file.appendFile(data);
      },
      read: (...args) => file.read(...args),
      stat: () => file.stat(),
      truncate: (length) => file.truncate(length),
      sync: noting('sync', () => file.sync()),
      datasync: noting('datasync', () => file.datasync()),
      createReadStream: (options) => file.createReadStream(options),
      close: () => file.close(),
    };
  }
}
