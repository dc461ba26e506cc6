import { invalid } from '../../lib/errors.ts';
import { createReadStream } from '../../lib/world/files.ts';
import type { LineEnd } from './header.ts';

/** DuckDB silently skips a line that does not fit its buffer of 32 MB. */
const LONGEST_LINE = 8_000_000;
const CHUNK = 1024 * 1024;
const LF = 10;
const CR = 13;
const STRAY_RETURN = 'has a carriage return within it; expected lines that end in LF or CRLF';
const TOO_LONG = `is longer than ${LONGEST_LINE / 1e6} MB, so this is not a feed file`;

export interface Lines {
  readonly count: number;
  /** All lines have the same end. */
  readonly uniform: boolean;
}

/**
 * Checks a CSV file for problems that DuckDB does not report: a huge line, and a carriage return within a line (the rest
 * of that line is lost). Also counts the lines, to detect those that DuckDB skips. Runs while DuckDB reads the file.
 *
 * @param lineEnd how the first line ends
 * @throws UserError `invalid_input`
 */
export async function checkLines(path: string, lineEnd: LineEnd, label: string): Promise<Lines> {
  const end = lineEnd === 'cr' ? CR : LF;
  const chunks = () => createReadStream(path, { highWaterMark: CHUNK });
  const scan = new LineScan(lineEnd);
  for await (const chunk of chunks()) {
    const flaw = scan.take(chunk);
    if (flaw === undefined) continue;
    throw invalid(`${label} line ${1 + (await countBefore(chunks(), end, flaw.offset))}: ${flaw.reason}`);
  }
  return scan.lines();
}

interface Flaw {
  readonly offset: number;
  readonly reason: string;
}

/** Finds line ends with the searches of `Buffer`: a loop over the bytes is several times slower. */
class LineScan {
  readonly #lineEnd: LineEnd;
  #offset = 0;
  #lineStart = 0;
  #afterReturn = false;
  #ends = 0;
  #crlfs = 0;

  constructor(lineEnd: LineEnd) {
    this.#lineEnd = lineEnd;
  }

  take(chunk: Buffer): Flaw | undefined {
    if (this.#lineEnd === 'cr') {
      for (let i = chunk.indexOf(CR); i >= 0; i = chunk.indexOf(CR, i + 1)) this.#endAt(i);
    } else {
      const stray = strayReturn(chunk, this.#afterReturn);
      if (stray !== undefined) return { offset: this.#offset + stray, reason: STRAY_RETURN };
      for (let i = chunk.indexOf(LF); i >= 0; i = chunk.indexOf(LF, i + 1)) {
        if (i === 0 ? this.#afterReturn : chunk[i - 1] === CR) this.#crlfs++;
        this.#endAt(i);
      }
      this.#afterReturn = chunk.at(-1) === CR;
    }
    this.#offset += chunk.length;
    return this.#offset - this.#lineStart > LONGEST_LINE ? { offset: this.#lineStart, reason: TOO_LONG } : undefined;
  }

  lines(): Lines {
    const unended = this.#offset > this.#lineStart ? 1 : 0;
    return { count: this.#ends + unended, uniform: this.#crlfs === (this.#lineEnd === 'crlf' ? this.#ends : 0) };
  }

  #endAt(position: number): void {
    this.#ends++;
    this.#lineStart = this.#offset + position + 1;
  }
}

/** The position of a carriage return without a line feed after it. */
function strayReturn(chunk: Buffer, afterReturn: boolean): number | undefined {
  if (afterReturn && chunk[0] !== LF) return 0;
  for (let i = chunk.indexOf(CR); i >= 0 && i < chunk.length - 1; i = chunk.indexOf(CR, i + 1)) {
    if (chunk[i + 1] !== LF) return i;
  }
  return undefined;
}

async function countBefore(chunks: AsyncIterable<Buffer>, byte: number, end: number): Promise<number> {
  let count = 0;
  let offset = 0;
  for await (const chunk of chunks) {
    for (let i = chunk.indexOf(byte); i >= 0; i = chunk.indexOf(byte, i + 1)) {
      if (offset + i >= end) return count;
      count++;
    }
    offset += chunk.length;
  }
  return count;
}
