import type { Logger } from 'pino';
import { PromiseCache } from '../lib/promise-cache.ts';
import { createReadStream } from '../lib/world/files.ts';
import type { FileDigest, ReportRecord } from '../storage/ports/report-catalog.ts';
import { Digest, matches } from './digest.ts';
import { decodeFigures, type ReportFigures } from './figures.ts';
import { nameOf, type OpenResult, type Result, type ResultsFolder } from './results.ts';

/** Files whose check is remembered. */
const CHECKED_FILES = 10_000;

/**
 * Reads the files of complete reports and compares them with the digests that were recorded. A damaged file is logged and
 * counts as missing. Files of earlier versions have no digest.
 */
export class CheckedResults {
  readonly #folder: ResultsFolder;
  readonly #log: Logger;
  /** Whether a file is sound, by path, length and time of change. */
  readonly #sound = new PromiseCache<boolean>(CHECKED_FILES);

  constructor(folder: ResultsFolder, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** The classic CSV; `undefined`: missing or damaged. The length is always checked, the content once. */
  async csv(report: ReportRecord): Promise<Result | undefined> {
    const opened = await this.#folder.open(nameOf(report));
    if (opened === undefined) return undefined;
    const { file, status } = opened;
    if (report.files !== undefined && !(await this.#isSound(report, opened, report.files.csv))) {
      await file.close();
      return undefined;
    }
    return { bytes: status.size, content: file.createReadStream({ start: 0 }) };
  }

  /** The decoded figures; `undefined`: missing or damaged. */
  async figures(report: ReportRecord): Promise<ReportFigures | undefined> {
    const bytes = await this.#folder.figures(nameOf(report));
    return bytes && this.decode(report, bytes, 'the results folder');
  }

  /**
   * The figures of a report from their bytes; `undefined`: damaged.
   *
   * @param place where the bytes come from, for the log
   */
  async decode(report: ReportRecord, bytes: Uint8Array, place: string): Promise<ReportFigures | undefined> {
    const { files } = report;
    const sound = files === undefined || (await matches(bytes, files.figures));
    const figures = sound ? decodeFigures(bytes) : undefined;
    if (figures === undefined) this.#warn(report, `the figures in ${place}`);
    return figures;
  }

  #isSound(report: ReportRecord, { path, status, file }: OpenResult, expected: FileDigest): Promise<boolean> {
    return this.#sound
      .get(`${path} ${status.size} ${status.mtimeMs}`, async () => {
        const sound = status.size === expected.bytes && (await digestOf(path)).sha256 === expected.sha256;
        if (!sound) this.#warn(report, 'the bytes of the CSV in the results folder');
        return sound;
      })
      .catch(async (error) => {
        await file.close();
        throw error;
      });
  }

  #warn(report: ReportRecord, what: string): void {
    this.#log.warn(
      { report_id: report.id },
      `result damaged: ${what} differ from what was recorded when the report completed`,
    );
  }
}

async function digestOf(path: string): Promise<FileDigest> {
  const digest = new Digest();
  for await (const chunk of createReadStream(path)) digest.add(chunk);
  return digest.end();
}
