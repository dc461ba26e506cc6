import { Transform, type TransformCallback } from 'node:stream';

/** A longer head is passed on unchanged, and the HTTP parser rejects it. */
const MAX_HEAD = 512 * 1024;

/**
 * Rewrites the head of a response so that Node's parser reads it as browsers and curl do: repeated `Content-Length`
 * headers with the same value become one, those beside `Transfer-Encoding` are removed, and so are lines that are not
 * headers. Data after the body is dropped. For one response on a connection of its own.
 */
export class RepairedHead extends Transform {
  #head: Buffer | undefined = Buffer.alloc(0);
  /** The remaining bytes of the body; `undefined`: the body marks its own end. */
  #left: number | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#head === undefined ? this.#body(chunk) : this.#repaired(Buffer.concat([this.#head, chunk])));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#head);
  }

  /** The output for the first bytes of the response. */
  #repaired(bytes: Buffer): Buffer {
    const end = endOfHead(bytes);
    if (end === undefined) {
      this.#head = bytes.length > MAX_HEAD ? undefined : bytes;
      return this.#head === undefined ? bytes : Buffer.alloc(0);
    }
    const { text, interim, length } = repaired(bytes.toString('latin1', 0, end));
    const rest = bytes.subarray(end);
    this.#head = Buffer.alloc(0);
    // Another head follows an interim response (1xx).
    if (interim) return Buffer.concat([Buffer.from(text, 'latin1'), this.#repaired(rest)]);
    this.#head = undefined;
    this.#left = length;
    return Buffer.concat([Buffer.from(text, 'latin1'), this.#body(rest)]);
  }

  #body(chunk: Buffer): Buffer {
    if (this.#left === undefined) return chunk;
    const part = chunk.subarray(0, this.#left);
    this.#left -= part.length;
    return part;
  }
}

/** The end of the blank line after a head; `undefined`: the head is incomplete. */
function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    const next = bytes[at + 1] === 13 ? at + 2 : at + 1;
    if (bytes[next] === 10) return next + 1;
  }
  return undefined;
}

function repaired(head: string): { text: string; interim: boolean; length: number | undefined } {
  const [first = '', ...lines] = head.split(/\r?\n/);
  const kept: string[] = [];
  const lengths = new Set<string>();
  let encoded = false;
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+\-.^_`|~\w]+)[ \t]*:[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
    if (name === undefined) continue;
    if (/^content-length$/i.test(name)) {
      for (const part of value.split(',')) if (part.trim() !== '') lengths.add(part.trim());
      continue;
    }
    encoded ||= /^transfer-encoding$/i.test(name);
    kept.push(`${name}: ${value}`);
  }
  // Different lengths stay in the head, so the parser rejects them.
  if (!encoded) for (const length of lengths) kept.push(`Content-Length: ${length}`);
  const [length] = lengths;
  const counts = !encoded && lengths.size === 1 && /^\d{1,15}$/.test(length ?? '');
  return {
    text: `${[first, ...kept].join('\r\n')}\r\n\r\n`,
    interim: /^HTTP\/1\.\d 1\d\d/.test(first),
    length: counts ? Number(length) : undefined,
  };
}
