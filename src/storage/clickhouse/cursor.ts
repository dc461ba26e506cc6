import type { OrderedPolls } from './reader.ts';

/** Walks ordered polls beside others in the same order. */
export class Cursor {
  readonly #blocks: AsyncGenerator<OrderedPolls>;
  #block: OrderedPolls | undefined;
  #at = 0;

  constructor(blocks: AsyncGenerator<OrderedPolls>) {
    this.#blocks = blocks;
  }

  /**
   * Goes to a poll, or the first one after it. `false`: the rest is not read yet, and `more` has to be called first.
   */
  seek(key: number, instant: number): boolean {
    const block = this.#block;
    if (block === undefined) return true;
    const { keys, instants } = block;
    while (this.#at < keys.length) {
      const ahead = (keys[this.#at] as number) - key || (instants[this.#at] as number) - instant;
      if (ahead >= 0) return true;
      this.#at++;
    }
    return false;
  }

  /** Reads on. It must be called once before the first `seek`. */
  async more(): Promise<void> {
    const { done, value } = await this.#blocks.next();
    this.#block = done === true ? undefined : value;
    this.#at = 0;
  }

  /** The poll that `seek` went to, if it is there. */
  met(key: number, instant: number): { readonly active: number; readonly reason: string } | undefined {
    const [block, at] = [this.#block, this.#at];
    if (block === undefined || block.keys[at] !== key || block.instants[at] !== instant) return undefined;
    return { active: block.active[at] as number, reason: block.reasons[at] as string };
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined);
  }
}
