import { Writable } from 'node:stream';
import type { Files, OpenFile } from '../../src/lib/world/ports.ts';
import type { Fault, Injector } from './injector.ts';

const fail = (name: string): Fault => ({ name, kind: 'fail', what: name });

export const FILE_FAULTS: readonly Fault[] = [
  ...['ENOSPC', 'EROFS', 'EIO', 'EMFILE'].map(fail),
  // Half is written, and then the disk is full.
  { name: 'short write', kind: 'lose', what: 'ENOSPC' },
  ...(['nothing', 'names', 'halves'] as const).map(
    (kept): Fault => ({ name: `power loss that leaves ${kept}`, kind: 'power', what: kept }),
  ),
];

const ASYNC = [
  ...(['access', 'copyFile', 'link', 'mkdir', 'mkdtemp', 'readdir', 'readFile', 'realpath', 'rename', 'rm'] as const),
  ...(['stat', 'writeFile'] as const),
] as const;

function errorOf(code: string, call: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
}

/**
 * Files with an injector between them and a process.
 *
 * @param process a power loss ends it: nothing of it reaches the files anymore
 */
export function filesWith(injector: Injector, files: Files, process: { ended: boolean }): Files {
  const check = (call: string, shortWrite?: () => Promise<unknown>) => {
    if (process.ended) throw errorOf('EIO', call);
    const fault = injector.next(call);
    if (fault === undefined) return;
    if (fault.kind === 'power') {
      process.ended = true;
      throw errorOf('EIO', call);
    }
    const error = errorOf(fault.what, call);
    if (fault.kind !== 'lose' || shortWrite === undefined) throw error;
    return shortWrite().then(() => {
      throw error;
    });
  };
  const wrapped: Record<string, unknown> = { ...files };
  for (const name of ASYNC) {
    const call = files[name] as (...args: unknown[]) => Promise<unknown>;
    wrapped[name] = async (...args: unknown[]) => {
      const [path, data] = args;
      await check(
        `${name} ${path}`,
        name === 'writeFile' ? () => files.writeFile(String(path), half(data as string | Uint8Array)) : undefined,
      );
      return call(...args);
    };
  }
  return {
    ...(wrapped as unknown as Files),
    open: async (path, flags) => {
      await check(`open ${path}`);
      return openFile(await files.open(path, flags), path, check);
    },
    rmSync: (path, options) => {
      if (process.ended) throw errorOf('EIO', `rm ${path}`);
      files.rmSync(path, options);
    },
    createWriteStream: (path, options) => {
      const inner = files.createWriteStream(path, options);
      return new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          const write = async () => {
            await check(`write ${path}`);
            await new Promise<void>((resolve, reject) =>
              inner.write(chunk, (error) => (error ? reject(error) : resolve())),
            );
          };
          write().then(() => done(), done);
        },
        final: (done) => void inner.end(done),
        destroy: (error, done) => {
          inner.destroy();
          done(error);
        },
      });
    },
  };
}

function half(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data as Uint8Array);
  return bytes.subarray(0, bytes.length >> 1);
}

function openFile(
  file: OpenFile,
  path: string,
  check: (call: string, shortWrite?: () => Promise<unknown>) => Promise<unknown> | undefined,
): OpenFile {
  return {
    appendFile: async (data) => {
      await check(`append ${path}`, () => file.appendFile(half(data)));
      await file.appendFile(data);
    },
    read: async (...args) => {
      await check(`read ${path}`);
      return file.read(...args);
    },
    stat: () => file.stat(),
    truncate: async (length) => {
      await check(`truncate ${path}`);
      await file.truncate(length);
    },
    sync: async () => {
      await check(`sync ${path}`);
      await file.sync();
    },
    datasync: async () => {
      await check(`datasync ${path}`);
      await file.datasync();
    },
    createReadStream: (options) => file.createReadStream(options),
    close: () => file.close(),
  };
}
