import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { PostgresConnection } from './client.ts';

/** PostgreSQL counts microseconds from 2000-01-01; here are milliseconds from 1970-01-01. */
const EPOCH = 946_684_800_000;

/** `PGCOPY\n\377\r\n\0`, no flags, no header extension. */
const HEADER = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const TRAILER = Buffer.from([0xff, 0xff]);

/**
 * Runs `copy (query) to stdout (format binary)` for a query whose columns all have a fixed width and no nulls, and
 * passes blocks of whole rows to `onRows`: their bytes, their number, and the bytes per row. A row is 2 bytes, then for
 * each column 4 bytes and its value.
 *
 * @param widths bytes of each column's value
 */
export async function readRows(
  connection: PostgresConnection,
  query: string,
  widths: readonly number[],
  onRows: (rows: DataView, count: number, width: number) => void,
): Promise<void> {
  const width = widths.reduce((sum, bytes) => sum + 4 + bytes, 2);
  let rest: Buffer = Buffer.alloc(0);
  let header = HEADER.length;
  await connection.copying(async (client) => {
    const stream = client.query(copyTo(`copy (${query}) to stdout (format binary)`));
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (header > 0) {
        const skipped = Math.min(header, bytes.length);
        header -= skipped;
        bytes = bytes.subarray(skipped);
      }
      const count = Math.floor(bytes.length / width);
      if (count > 0) onRows(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), count, width);
      rest = bytes.subarray(count * width);
    }
  });
}

export function readInstant(rows: DataView, at: number): number {
  return (rows.getInt32(at) * 4_294_967_296 + rows.getUint32(at + 4)) / 1_000 + EPOCH;
}

const POLL_WIDTH = 2 + (4 + 4) + (4 + 8) + (4 + 1);

/** Polls as columns, which may be longer than `length`. */
export interface CopiedPolls {
  readonly length: number;
  readonly keys: ArrayLike<number>;
  /** Milliseconds. */
  readonly instants: ArrayLike<number>;
  /** 0 or 1. */
  readonly active: ArrayLike<number>;
  /** Reasons of inactive polls, where known. */
  readonly reasons: readonly (string | null | undefined)[];
}

/**
 * Copies polls into a table `(store_key integer, instant timestamptz, active boolean, reason text)`.
 *
 * @param withReasons whether any poll may have a reason
 */
export async function writePolls(
  connection: PostgresConnection,
  table: string,
  withReasons: boolean,
  chunks: Iterable<CopiedPolls> | AsyncIterable<CopiedPolls>,
): Promise<void> {
  await connection.copying(async (client) => {
    const stream = client.query(
      copyFrom(`copy ${table} (store_key, instant, active${withReasons ? ', reason' : ''}) from stdin (format binary)`),
    );
    const done = finished(stream);
    done.catch(() => {});
    stream.write(HEADER);
    for await (const chunk of chunks) {
      if (!stream.write(encodePolls(chunk, withReasons))) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end(TRAILER);
    await done;
  });
}

/**
 * Copies blocks of rows, given as columns, into a table in the form of text. Values are numbers, booleans, null, and texts
 * without characters that this form escapes.
 */
export async function writeRows(
  connection: PostgresConnection,
  table: string,
  blocks: AsyncIterable<readonly (readonly unknown[])[]>,
): Promise<void> {
  await connection.copying(async (client) => {
    const stream = client.query(copyFrom(`copy ${table} from stdin`));
    const done = finished(stream);
    done.catch(() => {});
    for await (const columns of blocks) {
      const rows = (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? '\\N').join('\t'));
      if (!stream.write(`${rows.join('\n')}\n`)) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
  });
}

/** A reason is the length of its text in bytes, −1 for none, and the text. */
function encodePolls({ length, keys, instants, active, reasons }: CopiedPolls, withReasons: boolean): Buffer {
  const texts = withReasons ? reasons.reduce((sum, reason) => sum + Buffer.byteLength(reason ?? ''), 0) : 0;
  const bytes = Buffer.allocUnsafe(length * (POLL_WIDTH + (withReasons ? 4 : 0)) + texts);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const micros = ((instants[i] as number) - EPOCH) * 1_000;
    const high = Math.floor(micros / 4_294_967_296);
    view.setInt16(at, withReasons ? 4 : 3);
    view.setInt32(at + 2, 4);
    view.setInt32(at + 6, keys[i] as number);
    view.setInt32(at + 10, 8);
    view.setInt32(at + 14, high);
    view.setUint32(at + 18, micros - high * 4_294_967_296);
    view.setInt32(at + 22, 1);
    view.setUint8(at + 26, active[i] as number);
    at += POLL_WIDTH;
    if (!withReasons) continue;
    const reason = reasons[i] ?? undefined;
    const written = reason === undefined ? 0 : bytes.write(reason, at + 4);
    view.setInt32(at, reason === undefined ? -1 : written);
    at += 4 + written;
  }
  return bytes;
}
