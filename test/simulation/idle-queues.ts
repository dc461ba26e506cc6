/** Calls that leave the queues as they are. */
const HARMLESS = new Set([
  ...['reports.find', 'reports.list', 'reports.filter', 'reports.countQueued'],
  ...['reports.endedBefore', 'reports.progress', 'imports.find', 'imports.list', 'imports.endedBefore'],
  ...['imports.progress'],
]);

/**
 * Knows when the queues of reports and imports are empty, and says so instead of the database: servers ask every few
 * seconds, which would take a third of the time of a simulation.
 */
export class IdleQueues {
  #reportsAreIdle = false;
  readonly #running = new Set<unknown>();
  readonly #idleImports = new Set<unknown>();
  #changes = 0;

  /** A number that rises with every call that may change the status of a report or an import. */
  get changes(): number {
    return this.#changes;
  }

  /** The answer to a call; `undefined`: only the database knows, and has to do it. */
  answer(name: string, [first]: readonly unknown[]): { readonly value: unknown } | undefined {
    if (name === 'reports.claim' && this.#reportsAreIdle) return { value: undefined };
    if (name === 'imports.unfinished' && this.#idleImports.has(first)) return { value: [] };
    if (name === 'imports.claim' && this.#idleImports.has(first)) return { value: undefined };
    if (/^(reports|imports)\./.test(name) && !HARMLESS.has(name)) this.#changes++;
    return undefined;
  }

  /** Learns from a call that the database has done. */
  note(name: string, [first]: readonly unknown[], result: unknown): void {
    if (HARMLESS.has(name)) return;
    if (name === 'reports.claim') {
      if (result !== undefined) this.#running.add((result as { readonly id: string }).id);
      // A running report can be claimed once its lease has expired.
      this.#reportsAreIdle = result === undefined && this.#running.size === 0;
    } else if (name === 'imports.unfinished') {
      if ((result as readonly unknown[]).length === 0) this.#idleImports.add(first);
    } else if (name.startsWith('reports.')) {
      if (name === 'reports.complete' || name === 'reports.fail') this.#running.delete(first);
      this.#reportsAreIdle = false;
    } else if (name.startsWith('imports.') && !(name === 'imports.claim' && result === undefined)) {
      this.#idleImports.clear();
    }
  }
}
