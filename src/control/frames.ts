import type { Readable } from 'node:stream';

/**
 * A part of a message in either direction: a JSON value, bytes of a file or of output, or the end of a file. On the wire:
 * one byte for the kind, four for the length (big-endian), and the content.
 */
export type Frame =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

const KINDS = { json: 0x6a, data: 0x64, end: 0x65 } as const;
const HEAD = 5;
/** Far more than any message. */
const LONGEST = 256 * 1024 * 1024;

export function jsonFrame(value: unknown): Buffer {
  return frame(KINDS.json, Buffer.from(JSON.stringify(value)));
}

export function dataFrame(bytes: Uint8Array): Buffer {
  return frame(KINDS.data, bytes);
}

export const END_FRAME = frame(KINDS.end, Buffer.alloc(0));

function frame(kind: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** Reads the frames of a stream. @throws Error if it ends within a frame or is not made of frames */
export async function* framesOf(stream: Readable): AsyncGenerator<Frame> {
  let chunks: Buffer[] = [];
  let length = 0;
  let needed = HEAD;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < needed) continue;
    const bytes = Buffer.concat(chunks);
    let at = 0;
    needed = HEAD;
    while (bytes.length - at >= HEAD) {
      const size = bytes.readUInt32BE(at + 1);
      if (size > LONGEST) throw new Error('a frame is too long');
      if (bytes.length - at < HEAD + size) {
        needed = HEAD + size;
        break;
      }
      yield parsed(bytes.readUInt8(at), bytes.subarray(at + HEAD, at + HEAD + size));
      at += HEAD + size;
    }
    chunks = [bytes.subarray(at)];
    length = bytes.length - at;
  }
  if (length > 0) throw new Error('the stream ended within a frame');
}

function parsed(kind: number, content: Buffer): Frame {
  if (kind === KINDS.json) return { kind: 'json', value: JSON.parse(content.toString('utf8')) };
  if (kind === KINDS.data) return { kind: 'data', bytes: content };
  if (kind === KINDS.end) return { kind: 'end' };
  throw new Error(`there is no frame of kind ${kind}`);
}
