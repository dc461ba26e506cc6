import { UserError } from '../lib/errors.ts';

/** A file of an archive. */
export interface TarEntry {
  /** With slashes, at most 100 bytes. */
  readonly path: string;
  readonly bytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
/** The largest size that eleven octal digits say; beyond it, GNU tar's binary form. */
const MOST_OCTAL = 8 ** 11 - 1;

/** The blocks of a tar archive (POSIX ustar), as `tar -x` reads them. */
export async function* packTar(entries: AsyncIterable<TarEntry>, modified: number): AsyncGenerator<Uint8Array> {
  for await (const { path, bytes, content } of entries) {
    yield headerOf(path, bytes, modified);
    let written = 0;
    for await (const chunk of content) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== bytes) throw new Error(`${path} has ${written} bytes, expected ${bytes}`);
    yield Buffer.alloc(paddingOf(bytes));
  }
  yield Buffer.alloc(2 * BLOCK);
}

/**
 * The files of a tar archive, one after the other: the content of one has to be read before the next comes.
 *
 * @throws UserError `invalid_input` when it is no tar archive, damaged, or ends early
 */
export async function* unpackTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const input = new Input(archive);
  try {
    for (;;) {
      const header = await input.exactly(BLOCK);
      if (header.every((byte) => byte === 0)) return;
      const { path, bytes } = readHeader(header);
      let left = bytes;
      yield {
        path,
        bytes,
        content: (async function* () {
          while (left > 0) {
            const chunk = await input.atMost(left);
            left -= chunk.length;
            yield chunk;
          }
        })(),
      };
      while (left > 0) left -= (await input.atMost(left)).length;
      await input.exactly(paddingOf(bytes));
    }
  } finally {
    await input.end();
  }
}

function paddingOf(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK;
}

function headerOf(path: string, bytes: number, modified: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for a tar archive`);
  header.write(path, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (bytes <= MOST_OCTAL) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  header.write(
    `${Math.floor(modified / 1_000)
      .toString(8)
      .padStart(11, '0')}\0`,
    136,
  );
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** The sum of all bytes, those of the checksum taken as blanks. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

function readHeader(header: Buffer): { path: string; bytes: number } {
  const text = (from: number, length: number) => header.toString('utf8', from, from + length).split('\0', 1)[0] ?? '';
  const checksum = Number.parseInt(text(148, 8), 8);
  if (checksum !== checksumOf(header)) throw damaged('a header has another checksum than its content');
  const type = text(156, 1);
  const path = text(0, 100);
  if (type !== '0' && type !== '') throw damaged(`"${path}" is not a file`);
  const isBinary = ((header[124] ?? 0) & 0x80) !== 0;
  return { path, bytes: isBinary ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8) || 0 };
}

function damaged(what: string): UserError {
  return new UserError('invalid_input', `the archive is not a backup, or is damaged: ${what}`);
}

/** Reads a given number of bytes from chunks of any size. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.#chunks = archive[Symbol.asyncIterator]();
  }

  /** @throws UserError when the archive ends before */
  async atMost(bytes: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done === true) throw damaged('it ends early');
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.length);
    }
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async exactly(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      const part = await this.atMost(left);
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** Lets what follows the archive go, so that its sender can end. */
  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
