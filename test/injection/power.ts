import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Files, OpenFile } from '../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';

/** What a disk still has, after a power loss, of the changes that were not synced. */
export type Kept =
  /** Neither names nor content. */
  | 'nothing'
  /** All names of files and folders, and no content. */
  | 'names'
  /** All names, and the first half of the content. */
  | 'halves';

/** Each name in a folder, by the number of what it names. */
type Names = ReadonlyMap<string, number>;

interface Inode {
  /** Keeps its number from being given to another file. */
  readonly descriptor: number;
  readonly isFolder: boolean;
  /** The content that was synced; `undefined`: all of it, as nothing was written by these functions. */
  synced: Buffer | undefined;
  /** Of a folder, the names that were synced. */
  names: Names;
}

const { files } = REAL_WORLD;
const NO_NAMES: Names = new Map();

/**
 * Real files below a folder, of which only what was synced is left after a power loss: content by `sync` of the file, names
 * by `sync` of their folder. What a library writes by itself (DuckDB its database) counts as synced when its name does, and
 * so do streams, which only write temporary files.
 */
export class PowerDisk {
  readonly #root: string;
  readonly #inodes = new Map<number, Inode>();

  /** @param root everything below it is on the disk now */
  constructor(root: string) {
    this.#root = root;
    this.settle();
  }

  /** Everything is on the disk. */
  settle(): void {
    this.close();
    this.#syncNames(this.#root);
  }

  close(): void {
    for (const { descriptor } of this.#inodes.values()) closeSync(descriptor);
    this.#inodes.clear();
  }

  /** Leaves what survives a power loss, and takes that as synced. */
  losePower(kept: Kept): void {
    if (kept !== 'nothing') this.#syncNames(this.#root);
    const survivors = this.#survivors(this.#root, numberOf(this.#root), kept);
    for (const name of readdirSync(this.#root)) rmSync(join(this.#root, name), { recursive: true, force: true });
    for (const [path, content] of survivors) {
      if (content === undefined) mkdirSync(path, { recursive: true });
      else writeFileSync(path, content);
    }
    this.settle();
  }

  #syncNames(path: string): void {
    const inode = this.#inode(path);
    if (!inode.isFolder) return;
    inode.names = this.#namesIn(path);
    for (const name of inode.names.keys()) this.#syncNames(join(path, name));
  }

  /** Folders before what is in them; `undefined` is the content of a folder. */
  #survivors(path: string, number: number, kept: Kept): [string, Buffer | undefined][] {
    const { isFolder, names, synced, descriptor } = this.#inodes.get(number) as Inode;
    if (isFolder) {
      return [
        [path, undefined],
        ...[...names].flatMap(([name, named]) => this.#survivors(join(path, name), named, kept)),
      ];
    }
    const content = contentOf(descriptor);
    if (synced === undefined) return [[path, content]];
    const half = synced.length + ((content.length - synced.length) >> 1);
    return [[path, kept === 'halves' && content.length > synced.length ? content.subarray(0, half) : synced]];
  }

  /** The inode at a path, noted when it is seen for the first time. */
  #inode(path: string, synced?: Buffer): Inode {
    const number = numberOf(path);
    const known = this.#inodes.get(number);
    if (known !== undefined) return known;
    const descriptor = openSync(path, 'r');
    const inode = { descriptor, isFolder: fstatSync(descriptor).isDirectory(), synced, names: NO_NAMES };
    this.#inodes.set(number, inode);
    return inode;
  }

  #namesIn(path: string): Names {
    return new Map(
      readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile() || entry.isDirectory())
        .map(({ name }) => {
          this.#inode(join(path, name));
          return [name, numberOf(join(path, name))];
        }),
    );
  }

  /** Notes what is synced of a file that is about to be written. */
  async #writing<T>(path: string, write: () => Promise<T>): Promise<T> {
    if (!this.#has(path)) return write();
    const before = await files.readFile(path).catch(() => undefined);
    if (before !== undefined) {
      const inode = this.#inode(path);
      inode.synced ??= before;
    }
    const result = await write();
    if (before === undefined) this.#inode(path, Buffer.alloc(0));
    return result;
  }

  #has(path: string): boolean {
    return path === this.#root || path.startsWith(`${this.#root}/`);
  }

  #sync(inode: Inode, path: string): void {
    if (inode.isFolder) inode.names = this.#namesIn(path);
    else inode.synced = contentOf(inode.descriptor);
  }

  /** The real files, whose syncs this disk notes. */
  get files(): Files {
    return {
      ...files,
      copyFile: (from, to) => this.#writing(to, () => files.copyFile(from, to)),
      open: async (path, flags = 'r') => {
        const open = () => files.open(path, flags);
        return this.#noting(await (flags === 'r' ? open() : this.#writing(path, open)), path);
      },
      writeFile: async (path, data, options) => {
        await this.#writing(path, () => files.writeFile(path, data, options));
        if (options?.flush && this.#has(path)) this.#sync(this.#inode(path), path);
      },
    };
  }

  #noting(file: OpenFile, path: string): OpenFile {
    // It may be renamed before it is synced.
    const inode = this.#has(path) ? this.#inode(path) : undefined;
    const sync = async () => {
      if (inode !== undefined) this.#sync(inode, path);
    };
    return {
      appendFile: (data) => file.appendFile(data),
      read: (...args) => file.read(...args),
      stat: () => file.stat(),
      truncate: (length) => file.truncate(length),
      sync,
      datasync: sync,
      createReadStream: (options) => file.createReadStream(options),
      close: () => file.close(),
    };
  }
}

function numberOf(path: string): number {
  return statSync(path).ino;
}

function contentOf(descriptor: number): Buffer {
  const content = Buffer.alloc(fstatSync(descriptor).size);
  for (let at = 0; at < content.length; ) {
    const read = readSync(descriptor, content, at, content.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return content;
}
