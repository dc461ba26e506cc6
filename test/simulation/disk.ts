import { dirname } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { FileStatus, Files, FolderEntry, Lock, OpenFile } from '../../src/lib/world/ports.ts';
import type { SimulatedProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

interface Inode {
  readonly number: number;
  data: Buffer;
  /** What survives a power loss. */
  synced: Buffer;
  modifiedAt: number;
}

const EMPTY = Buffer.alloc(0);
const ROOTS = ['/', '.'];

/** A disk: content survives a power loss once its file was synced, names once their folder was. */
export class MemoryDisk {
  readonly files = new Map<string, Inode>();
  readonly folders = new Set<string>(ROOTS);
  /** The names that survive a power loss. */
  readonly #synced = { files: new Map<string, Inode>(), folders: new Set<string>(ROOTS) };
  /** The processes that locked files. */
  readonly locks = new Map<string, Pick<SimulatedProcess, 'state'>>();
  /** Nothing more fits on it. */
  full = false;
  #inodes = 0;

  newFile(path: string): Inode {
    const inode = { number: ++this.#inodes, data: EMPTY, synced: EMPTY, modifiedAt: 0 };
    this.files.set(path, inode);
    return inode;
  }

  /** What was not synced is gone. */
  losePower(): void {
    const { files, folders } = this.#synced;
    const survives = (path: string): boolean => ROOTS.includes(path) || (folders.has(path) && survives(dirname(path)));
    this.folders.clear();
    for (const path of folders) if (survives(path)) this.folders.add(path);
    this.files.clear();
    for (const [path, inode] of files) {
      inode.data = inode.synced;
      if (this.folders.has(dirname(path))) this.files.set(path, inode);
    }
  }

  /** Makes the names in a folder durable, also that some are gone. */
  syncFolder(folder: string): void {
    const { files, folders } = this.#synced;
    const isWithin = (path: string) => path !== folder && dirname(path) === folder;
    for (const path of [...files.keys()]) if (isWithin(path)) files.delete(path);
    for (const path of [...folders]) if (isWithin(path)) folders.delete(path);
    for (const [path, inode] of this.files) if (isWithin(path)) files.set(path, inode);
    for (const path of this.folders) if (isWithin(path)) folders.add(path);
  }

  /** The content of a file, for those who look at the disk from outside. */
  text(path: string): string | undefined {
    return this.files.get(path)?.data.toString('utf8');
  }

  /** Writes from outside, durably. */
  put(path: string, text: string, modifiedAt: number): void {
    const inode = this.files.get(path) ?? this.newFile(path);
    this.addFolders(dirname(path));
    inode.data = Buffer.from(text);
    inode.synced = inode.data;
    inode.modifiedAt = modifiedAt;
    this.#synced.files.set(path, inode);
    for (let folder = dirname(path); !ROOTS.includes(folder); folder = dirname(folder))
      this.#synced.folders.add(folder);
  }

  /** Adds a folder and those above it; returns the first that was missing. */
  addFolders(path: string): string | undefined {
    let first: string | undefined;
    for (let folder = path; !this.folders.has(folder); folder = dirname(folder)) {
      this.folders.add(folder);
      first = folder;
    }
    return first;
  }
}

/** The files of a machine, as a process on it sees them. Each operation takes its turn among the events. */
export class MemoryFiles implements Files {
  readonly #disk: MemoryDisk;
  readonly #process: SimulatedProcess;
  readonly #scheduler: Scheduler;

  constructor(disk: MemoryDisk, process: SimulatedProcess, scheduler: Scheduler) {
    this.#disk = disk;
    this.#process = process;
    this.#scheduler = scheduler;
  }

  access(path: string): Promise<void> {
    return this.#do(() => void this.#status('access', path));
  }

  copyFile(from: string, to: string): Promise<void> {
    return this.#do(() => this.#write(this.#create(to), this.#file('copyfile', from).data));
  }

  link(existing: string, path: string): Promise<void> {
    return this.#do(() => {
      if (this.#disk.files.has(path)) throw failure('EEXIST', 'link', path);
      this.#disk.files.set(path, this.#file('link', existing));
    });
  }

  mkdir(path: string): Promise<unknown> {
    return this.#do(() => this.#disk.addFolders(path));
  }

  mkdtemp(prefix: string): Promise<string> {
    return this.#do(() => {
      const path = `${prefix}${this.#scheduler.random.uuid().slice(0, 6)}`;
      this.#disk.addFolders(path);
      return path;
    });
  }

  open(path: string, flags = 'r'): Promise<OpenFile> {
    return this.#do(() => {
      if (flags === 'r' && this.#disk.folders.has(path)) return this.#folderHandle(path);
      const found = this.#disk.files.get(path);
      if (found === undefined && flags === 'r') throw failure('ENOENT', 'open', path);
      if (found !== undefined && flags.startsWith('w')) found.data = EMPTY;
      return this.#handle(found ?? this.#create(path));
    });
  }

  readdir(path: string): Promise<string[]>;
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<FolderEntry[]>;
  readdir(path: string, options?: { readonly withFileTypes: true }): Promise<string[] | FolderEntry[]> {
    return this.#do((): string[] | FolderEntry[] => {
      if (!this.#disk.folders.has(path)) throw failure('ENOENT', 'scandir', path);
      const within = (all: Iterable<string>) => [...all].filter((one) => one !== path && dirname(one) === path);
      const name = (one: string) => one.slice(path.length).replace(/^\//, '');
      const files = within(this.#disk.files.keys()).map(name);
      const folders = within(this.#disk.folders).map(name);
      if (options === undefined) return [...files, ...folders].sort();
      const entry = (one: string) => ({ name: one, isDirectory: () => folders.includes(one) });
      return [...files, ...folders].sort().map(entry);
    });
  }

  readFile(path: string): Promise<Buffer>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  readFile(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
    return this.#do(() => {
      const { data } = this.#file('open', path);
      return encoding === undefined ? Buffer.from(data) : data.toString(encoding);
    });
  }

  realpath(path: string): Promise<string> {
    return this.#do(() => {
      this.#status('realpath', path);
      return path;
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do(() => {
      const inode = this.#file('rename', from);
      this.#disk.files.delete(from);
      this.#disk.files.set(to, inode);
    });
  }

  rm(path: string, options: { readonly force?: boolean } = {}): Promise<void> {
    return this.#do(() => this.rmSync(path, options));
  }

  rmSync(path: string, { force = false }: { readonly force?: boolean } = {}): void {
    const { files, folders } = this.#disk;
    if (!force && !files.has(path) && !folders.has(path)) throw failure('ENOENT', 'rm', path);
    for (const one of [...files.keys()]) if (one === path || one.startsWith(`${path}/`)) files.delete(one);
    for (const one of [...folders]) if (one === path || one.startsWith(`${path}/`)) folders.delete(one);
  }

  stat(path: string): Promise<FileStatus> {
    return this.#do(() => this.#status('stat', path));
  }

  writeFile(path: string, data: string | Uint8Array, options: { readonly flush?: boolean } = {}): Promise<void> {
    return this.#do(() => {
      const inode = this.#create(path);
      this.#write(inode, Buffer.from(data));
      if (options.flush) inode.synced = inode.data;
    });
  }

  lock(path: string): Promise<Lock> {
    return this.#do(() => {
      this.#create(path);
      this.#disk.locks.set(path, this.#process);
      return { release: () => this.rmSync(path, { force: true }) };
    });
  }

  isLocked(path: string): Promise<boolean> {
    return this.#do(() => this.#disk.files.has(path) && this.#disk.locks.get(path)?.state !== 'dead');
  }

  createReadStream(path: string, options: { readonly start?: number; readonly end?: number } = {}): Readable {
    return Readable.from(
      this.#pieces(() => this.#file('open', path), options),
      { objectMode: false },
    );
  }

  createWriteStream(path: string): Writable {
    let inode: Inode | undefined;
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#do(() => {
          inode ??= this.#create(path);
          this.#write(inode, Buffer.concat([inode.data, chunk]));
        }).then(() => done(), done);
      },
    });
  }

  async *#pieces(
    find: () => Inode,
    { start = 0, end }: { readonly start?: number; readonly end?: number },
  ): AsyncGenerator<Buffer> {
    const data = await this.#do(() => find().data.subarray(start, end === undefined ? undefined : end + 1));
    const half = data.length >> 1;
    // In two pieces, so that something can happen in between.
    for (const piece of [data.subarray(0, half), data.subarray(half)]) if (piece.length > 0) yield Buffer.from(piece);
  }

  #handle(inode: Inode): OpenFile {
    const sync = () =>
      this.#do(() => {
        inode.synced = inode.data;
      });
    return {
      appendFile: (data) => this.#do(() => this.#write(inode, Buffer.concat([inode.data, Buffer.from(data)]))),
      read: (buffer, offset, length, position) =>
        this.#do(() => ({ buffer, bytesRead: inode.data.copy(buffer, offset, position, position + length) })),
      stat: () => this.#do(() => statusOf(inode)),
      truncate: (length) =>
        this.#do(() => {
          inode.data = inode.data.subarray(0, length);
        }),
      sync,
      datasync: sync,
      createReadStream: ({ start }) =>
        Readable.from(
          this.#pieces(() => inode, { start }),
          { objectMode: false },
        ),
      close: () => this.#do(() => {}),
    };
  }

  #folderHandle(path: string): OpenFile {
    const sync = () => this.#do(() => this.#disk.syncFolder(path));
    return { ...this.#handle({ number: 0, data: EMPTY, synced: EMPTY, modifiedAt: 0 }), sync, datasync: sync };
  }

  #file(call: string, path: string): Inode {
    const inode = this.#disk.files.get(path);
    if (inode === undefined) throw failure('ENOENT', call, path);
    return inode;
  }

  #status(call: string, path: string): FileStatus {
    if (this.#disk.folders.has(path)) return FOLDER;
    return statusOf(this.#file(call, path));
  }

  #create(path: string): Inode {
    if (!this.#disk.folders.has(dirname(path))) throw failure('ENOENT', 'open', path);
    const found = this.#disk.files.get(path);
    if (found !== undefined) {
      found.data = EMPTY;
      return found;
    }
    if (this.#disk.full) throw failure('ENOSPC', 'open', path);
    return this.#disk.newFile(path);
  }

  /** A full disk takes a part of what is written. */
  #write(inode: Inode, data: Buffer): void {
    const { full } = this.#disk;
    const added = data.length - inode.data.length;
    inode.data = full && added > 0 ? data.subarray(0, inode.data.length + (added >> 1)) : data;
    inode.modifiedAt = this.#process.now();
    if (full && added > 0) throw failure('ENOSPC', 'write', '');
  }

  #do<T>(work: () => T): Promise<T> {
    if (this.#scheduler.exclusive) return new Promise((resolve) => resolve(work()));
    return new Promise((resolve, reject) => {
      const attempt = () => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      };
      this.#process.do('', attempt, this.#scheduler.random.between(0, 2));
    });
  }
}

function statusOf({ number, data, modifiedAt }: Inode): FileStatus {
  return { size: data.length, mtimeMs: modifiedAt, ino: number, isFile: () => true, isDirectory: () => false };
}

const FOLDER: FileStatus = { size: 0, mtimeMs: 0, ino: 0, isFile: () => false, isDirectory: () => true };

function failure(code: 'ENOENT' | 'EEXIST' | 'ENOSPC', syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}, ${syscall} '${path}'`), { code, syscall, path });
}
