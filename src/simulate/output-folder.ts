import { join } from 'node:path';
import { mkdir, type OpenFile, open, rename, rm } from '../lib/world/files.ts';
import { TextBuffer } from './text-buffer.ts';

/** A text file being written. */
export interface OutputFile {
  readonly path: string;
  readonly text: TextBuffer;
  /** Writes the contents of `text` and clears it. */
  flush(): Promise<void>;
  /** Writes the rest and closes the file. */
  close(): Promise<void>;
}

/**
 * Files that appear together or not at all: each is written as `<name>.partial` and gets its name in `commit`.
 */
export class OutputFolder {
  readonly #folder: string;
  readonly #handles = new Set<OpenFile>();
  /** The final names of files that were begun, by their partial paths. */
  readonly #partial = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws the error of the file system when the folder cannot be made */
  static async open(folder: string): Promise<OutputFolder> {
    await mkdir(folder, { recursive: true });
    return new OutputFolder(folder);
  }

  /** The path under which the file `name` is written until `commit`. */
  begin(name: string): string {
    const path = join(this.#folder, `${name}.partial`);
    this.#partial.set(path, name);
    return path;
  }

  /** Begins a text file. */
  async create(name: string): Promise<OutputFile> {
    const path = this.begin(name);
    const handle = await open(path, 'w');
    this.#handles.add(handle);
    const text = new TextBuffer();
    const flush = async (): Promise<void> => {
      await handle.appendFile(text.bytes);
      text.clear();
    };
    const close = async (): Promise<void> => {
      await flush();
      this.#handles.delete(handle);
      await handle.close();
    };
    return { path, text, flush, close };
  }

  /** Removes a file that was begun. */
  async drop(partialPath: string): Promise<void> {
    this.#partial.delete(partialPath);
    await rm(partialPath, { force: true });
  }

  /**
   * Gives all files their names, in the order in which they were begun, and returns their paths.
   *
   * @param stale names of older files that do not match the new ones and are removed first
   */
  async commit(stale: readonly string[]): Promise<string[]> {
    for (const name of stale) await rm(join(this.#folder, name), { force: true });
    const files: string[] = [];
    for (const [path, name] of this.#partial) {
      const file = join(this.#folder, name);
      await rename(path, file);
      this.#partial.delete(path);
      files.push(file);
    }
    return files;
  }

  /** Removes all partial files. Has no effect after `commit`. */
  async discard(): Promise<void> {
    for (const handle of this.#handles) await handle.close();
    this.#handles.clear();
    for (const path of [...this.#partial.keys()]) await this.drop(path);
  }
}
