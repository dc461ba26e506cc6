import { Buffer } from 'node:buffer';
import { DAY } from '../domain/hours.ts';

const DIGIT_0 = 0x30;
const MICROS_PER_DAY = DAY * 1000;

/** ASCII text to be written, in one buffer that grows and is reused, so that no line of a large fleet is allocated. */
export class TextBuffer {
  #bytes = Buffer.allocUnsafe(1 << 20);
  #length = 0;
  #day = Number.NaN;
  #dayText = '';

  /** What has been added since the last `clear`; valid until the next call. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Adds ASCII text. */
  add(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const at = this.#length;
    // A loop is faster than Buffer.write for the short pieces that lines consist of.
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#length = at + text.length;
  }

  /**
   * Adds an instant, in microseconds since 1970, the way the public data has it: `2023-01-22 12:09:39.388884 UTC`,
   * the fraction without its trailing zeros.
   */
  addInstant(micros: number): void {
    const day = Math.floor(micros / MICROS_PER_DAY);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayText = dayText(day);
    }
    this.add(this.#dayText);
    const inDay = micros - day * MICROS_PER_DAY;
    const second = Math.floor(inDay / 1e6);
    this.#reserve(32);
    this.#addTwoDigits(Math.floor(second / 3600), 0x3a);
    this.#addTwoDigits(Math.floor(second / 60) % 60, 0x3a);
    this.#addTwoDigits(second % 60, 0x2e);
    this.#addFraction(inDay - second * 1e6);
    this.add(' UTC');
  }

  /** Two digits and the mark that follows them. */
  #addTwoDigits(value: number, mark: number): void {
    const at = this.#length;
    this.#bytes[at] = DIGIT_0 + Math.floor(value / 10);
    this.#bytes[at + 1] = DIGIT_0 + (value % 10);
    this.#bytes[at + 2] = mark;
    this.#length = at + 3;
  }

  /** Six digits after the point that is already there; the point goes when they are all zeros. */
  #addFraction(micros: number): void {
    if (micros === 0) {
      this.#length--;
      return;
    }
    let digits = 6;
    let rest = micros;
    while (rest % 10 === 0) {
      rest /= 10;
      digits--;
    }
    this.#length += digits;
    for (let at = this.#length - 1; digits > 0; digits--, at--) {
      this.#bytes[at] = DIGIT_0 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const dayTexts = new Map<number, string>();

function dayText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = `${new Date(day * DAY).toISOString().slice(0, 10)} `;
    dayTexts.set(day, text);
  }
  return text;
}
