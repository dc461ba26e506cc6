import { UserError } from '../../lib/errors.ts';

/** The types of columns that are exchanged. 64-bit numbers are exact up to 2^53. */
export type NativeType = 'Int32' | 'Float64' | 'Int64' | 'UInt64' | 'UInt8' | 'Int8' | 'String';

export interface NativeColumn {
  readonly name: string;
  readonly type: NativeType;
  /** Whether 64-bit values are two words each, the lower one first, instead of numbers. */
  readonly words?: boolean;
}

export type NativeValues = Int32Array | Float64Array | Uint8Array | Int8Array | readonly string[];

/** Columns of one length. */
export interface NativeBlock {
  readonly rows: number;
  readonly values: readonly NativeValues[];
}

/** Encodes columns as one block of `FORMAT Native`. */
export function encodeBlock(columns: readonly NativeColumn[], { rows, values }: NativeBlock): Buffer {
  const parts: Uint8Array[] = [varint(columns.length), varint(rows)];
  for (const [i, { name, type }] of columns.entries()) {
    parts.push(text(name), text(type), ...encodeValues(type, values[i] as NativeValues, rows));
  }
  return Buffer.concat(parts);
}

function encodeValues(type: NativeType, values: NativeValues, rows: number): Uint8Array[] {
  if (type === 'String') return (values as readonly string[]).slice(0, rows).map(text);
  if (type === 'Int64' || type === 'UInt64') {
    const wide = new BigInt64Array(rows);
    for (let i = 0; i < rows; i++) wide[i] = BigInt(values[i] as number);
    return [bytesOf(wide)];
  }
  return [bytesOf((values as Int32Array).subarray(0, rows))];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const EMPTY = Uint8Array.of(0);

function text(value: string): Uint8Array {
  if (value === '') return EMPTY;
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/**
 * Decodes a stream of `FORMAT Native` block by block.
 *
 * @throws UserError `unavailable` when it is anything else: a server that fails in the middle appends its message
 */
export async function* decodeBlocks(
  stream: AsyncIterable<Uint8Array>,
  columns: readonly NativeColumn[],
): AsyncGenerator<NativeBlock> {
  const bytes = new ByteReader(stream);
  while (!(await bytes.atEnd())) {
    await expectHeader(bytes, await bytes.varint(), columns.length);
    const rows = await bytes.varint();
    const values: NativeValues[] = [];
    for (const { name, type, words } of columns) {
      await expectHeader(bytes, await bytes.text(), name);
      await expectHeader(bytes, await bytes.text(), type);
      values.push(words ? await bytes.fill(new Int32Array(2 * rows)) : await decodeValues(bytes, type, rows));
    }
    if (rows > 0) yield { rows, values };
  }
}

async function expectHeader<T>(bytes: ByteReader, found: T, expected: T): Promise<void> {
  if (found === expected) return;
  const said = await bytes.rest();
  throw new UserError('unavailable', `ClickHouse ended the result: ${found}${said}`.slice(0, 500));
}

async function decodeValues(bytes: ByteReader, type: NativeType, rows: number): Promise<NativeValues> {
  switch (type) {
    case 'Int32':
      return bytes.fill(new Int32Array(rows));
    case 'Float64':
      return bytes.fill(new Float64Array(rows));
    case 'UInt8':
      return bytes.fill(new Uint8Array(rows));
    case 'Int8':
      return bytes.fill(new Int8Array(rows));
    case 'String': {
      const texts: string[] = [];
      for (let i = 0; i < rows; i++) texts.push(await bytes.text());
      return texts;
    }
    default: {
      const wide = await bytes.fill(new BigInt64Array(rows));
      return Float64Array.from(wide, Number);
    }
  }
}

/** Reads from chunks of any length. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async atEnd(): Promise<boolean> {
    while (this.#at === this.#chunk.length) if (!(await this.#next())) return true;
    return false;
  }

  async varint(): Promise<number> {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = await this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  async text(): Promise<string> {
    const length = await this.varint();
    if (length === 0) return '';
    const end = this.#at + length;
    if (end <= this.#chunk.length) {
      const found = Buffer.from(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, length).toString();
      this.#at = end;
      return found;
    }
    // A message instead of a block has a length that makes no sense.
    if (length > MOST_TEXT) return `…${await this.rest()}`;
    return Buffer.from((await this.fill(new Uint8Array(length))).buffer).toString();
  }

  /** Fills an array with the next bytes. */
  async fill<T extends ArrayBufferView>(values: T): Promise<T> {
    const target = bytesOf(values);
    for (let filled = 0; filled < target.length; ) {
      if (await this.atEnd()) throw cutOff();
      const part = this.#chunk.subarray(this.#at, this.#at + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return values;
  }

  /** What follows, for a message. */
  async rest(): Promise<string> {
    let said = Buffer.from(this.#chunk.subarray(this.#at)).toString();
    this.#at = this.#chunk.length;
    while (said.length < MOST_TEXT && (await this.#next())) {
      said += Buffer.from(this.#chunk).toString();
      this.#at = this.#chunk.length;
    }
    return said;
  }

  async #byte(): Promise<number> {
    if (await this.atEnd()) throw cutOff();
    return this.#chunk[this.#at++] as number;
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#chunk = value;
    this.#at = 0;
    return true;
  }
}

/** Bytes of a text: reasons and names are much shorter. */
const MOST_TEXT = 65_536;

function cutOff(): UserError {
  return new UserError('unavailable', 'ClickHouse ended the result in the middle');
}
