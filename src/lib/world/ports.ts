import type { Readable, Writable } from 'node:stream';

/** Both clocks of a machine. */
export interface Clocks {
  /** The wall clock: milliseconds since 1970. Only for labels and stored instants, since it can be set at any time. */
  now(): number;
  /** The monotonic clock: milliseconds since some moment, never going back. For every age, interval and timeout. */
  elapsed(): number;
}

/** Something that a timer will do. */
export interface Timer {
  /** Does nothing when the timer has fired or was stopped before. */
  stop(): void;
  /** Lets the process end although the timer is running; returns the timer. */
  unref(): this;
}

export interface Timers {
  /** Does `work` once, after some milliseconds. */
  after(milliseconds: number, work: () => void): Timer;
  /** Does `work` repeatedly. */
  every(milliseconds: number, work: () => void): Timer;
  /** Resolves when other work that is waiting has had its turn. */
  yieldTurn(): Promise<void>;
}

export interface Randomness {
  /** In `[0, 1)`. */
  random(): number;
  /** A random UUID (version 4). */
  uuid(): string;
}

/** The metadata of a file. */
export interface FileStatus {
  readonly size: number;
  readonly mtimeMs: number;
  /** Identifies the file within its file system: all names of one file share it. */
  readonly ino: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

export interface FolderEntry {
  readonly name: string;
  isDirectory(): boolean;
}

export interface OpenFile {
  /** Appends all of `data`, or rejects. */
  appendFile(data: string | Uint8Array): Promise<void>;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly buffer: Buffer; readonly bytesRead: number }>;
  stat(): Promise<FileStatus>;
  truncate(length: number): Promise<void>;
  /** Resolves when the written data survives a power loss. */
  sync(): Promise<void>;
  datasync(): Promise<void>;
  /** Reads the file from its start, and closes it at the end. */
  createReadStream(options: { readonly start: number }): Readable;
  close(): Promise<void>;
}

/** A file that this process has locked. */
export interface Lock {
  /** Deletes the file. */
  release(): void;
}

/** The part of `node:fs/promises` and `node:fs` that the program uses, with the same behavior, and locks. */
export interface Files {
  access(path: string, mode?: number): Promise<void>;
  copyFile(from: string, to: string): Promise<void>;
  link(existing: string, path: string): Promise<void>;
  mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<unknown>;
  mkdtemp(prefix: string): Promise<string>;
  open(path: string, flags?: string): Promise<OpenFile>;
  readdir(path: string): Promise<string[]>;
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<FolderEntry[]>;
  readFile(path: string): Promise<Buffer>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): Promise<void>;
  rmSync(path: string, options?: { readonly recursive?: boolean; readonly force?: boolean }): void;
  stat(path: string): Promise<FileStatus>;
  writeFile(path: string, data: string | Uint8Array, options?: { readonly flush?: boolean }): Promise<void>;
  /** Creates a file that is locked until this process ends, however it ends. Rejects where the system cannot do that. */
  lock(path: string): Promise<Lock>;
  /** Whether the process that locked a file is running. */
  isLocked(path: string): Promise<boolean>;
  createReadStream(
    path: string,
    options?: { readonly start?: number; readonly end?: number; readonly highWaterMark?: number },
  ): Readable;
  createWriteStream(path: string, options?: { readonly flags?: string }): Writable;
}

/** Everything outside the program that decides what it does. */
export interface World extends Clocks, Timers, Randomness {
  readonly files: Files;
}
