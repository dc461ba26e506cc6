/** The last few things that were asked for by name. */
export class Remembered<T> {
  readonly #limit: number;
  /** The one that was asked for longest ago first. */
  readonly #things = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string, make: () => T): T {
    const thing = this.#things.get(name) ?? make();
    this.#things.delete(name);
    this.#things.set(name, thing);
    for (const oldest of this.#things.keys()) {
      if (this.#things.size <= this.#limit) break;
      this.#things.delete(oldest);
    }
    return thing;
  }

  forget(name: string, thing: T): void {
    if (this.#things.get(name) === thing) this.#things.delete(name);
  }
}

/** The last few answers; whoever asks while one is worked out shares it, and what went wrong is tried again. */
export class RememberedAnswers<T> {
  readonly #answers: Remembered<Promise<T>>;

  constructor(limit: number) {
    this.#answers = new Remembered(limit);
  }

  get(question: string, work: () => Promise<T>): Promise<T> {
    return this.#answers.get(question, () => {
      const answer = work();
      answer.catch(() => this.#answers.forget(question, answer));
      return answer;
    });
  }
}
