import { Transform, type TransformCallback } from 'node:stream';

/** A longer head is left as it is, for the HTTP parser to refuse. */
const MOST = 512 * 1024;

/**
 * Rewrites the head of a response as browsers and curl read it, where Node's parser is stricter: a `Content-Length`
 * that is repeated with the same value counts once, beside `Transfer-Encoding` it counts not at all, and lines that are
 * no headers are left out. What follows the body is cut off. For one response on a connection of its own.
 */
export class MendedHead extends Transform {
  #head: Buffer | undefined = Buffer.alloc(0);
  /** Bytes of the body that are still to come; `undefined`: the body says itself where it ends. */
  #left: number | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#head === undefined ? this.#body(chunk) : this.#mended(Buffer.concat([this.#head, chunk])));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#head);
  }

  /** What can be passed on of the first bytes of the response. */
  #mended(bytes: Buffer): Buffer {
    const end = endOfHead(bytes);
    if (end === undefined) {
      this.#head = bytes.length > MOST ? undefined : bytes;
      return this.#head === undefined ? bytes : Buffer.alloc(0);
    }
    const { text, interim, length } = mended(bytes.toString('latin1', 0, end));
    const rest = bytes.subarray(end);
    this.#head = Buffer.alloc(0);
    // After an interim response (1xx) comes another head.
    if (interim) return Buffer.concat([Buffer.from(text, 'latin1'), this.#mended(rest)]);
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

/** Where the blank line behind a head ends; `undefined`: not yet. */
function endOfHead(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    const next = bytes[at + 1] === 13 ? at + 2 : at + 1;
    if (bytes[next] === 10) return next + 1;
  }
  return undefined;
}

function mended(head: string): { text: string; interim: boolean; length: number | undefined } {
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
  // Two lengths that differ are an error, and stay one.
  if (!encoded) for (const length of lengths) kept.push(`Content-Length: ${length}`);
  const [length] = lengths;
  const counts = !encoded && lengths.size === 1 && /^\d{1,15}$/.test(length ?? '');
  return {
    text: `${[first, ...kept].join('\r\n')}\r\n\r\n`,
    interim: /^HTTP\/1\.\d 1\d\d/.test(first),
    length: counts ? Number(length) : undefined,
  };
}
