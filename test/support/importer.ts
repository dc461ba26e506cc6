import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type FeedFiles, type FileSummary, importSources, inspectFeeds } from '../../src/intake/feeds/import.ts';
import { type FeedLimits, NO_LIMITS } from '../../src/intake/feeds/limits.ts';
import type { Reject } from '../../src/intake/feeds/list-rejects.ts';
import { UserError } from '../../src/lib/errors.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { temporaryFolder } from './temporary.ts';

/** The clock of every import in these tests. */
export const NOW = Date.UTC(2023, 0, 25, 18, 0, 0);

export const POLLS = 'store_id,status,timestamp_utc\n';
export const HOURS = 'store_id,day,start_time_local,end_time_local\n';
export const ZONES = 'store_id,timezone_str\n';
export const STORES = 'store_id,name,timezone_str,probe_url,label:brand,label:City\n';
export const SPECIAL_HOURS = 'store_id,date,start_time_local,end_time_local\n';
/** An instant that every reader accepts. */
export const AT = '2023-01-22 12:09:39.388884 UTC';

interface ImportTestOptions {
  readonly strict?: boolean;
  /** By default 1: most tests are about single rows. */
  readonly maxBadShare?: number;
  readonly now?: number;
  readonly effectiveFrom?: number;
  readonly limits?: FeedLimits;
}

export interface Imported {
  readonly summaries: readonly FileSummary[];
  readonly rejects: readonly Reject[];
}

/** The whole content of a database by store ID, and its revision. */
export interface Contents {
  readonly revision: number;
  readonly polls: readonly string[];
  readonly hours: readonly string[];
  readonly specialHours: readonly string[];
  readonly stores: readonly string[];
  readonly zoneChanges: readonly string[];
}

/** An in-memory database and a folder for feeds, both removed after the test. */
export class Importer {
  readonly folder: string;
  readonly storage: DuckdbStorage;

  private constructor(folder: string, storage: DuckdbStorage) {
    this.folder = folder;
    this.storage = storage;
  }

  static async open(t: TestContext): Promise<Importer> {
    const storage = await DuckdbStorage.open(undefined);
    t.after(() => storage.close());
    return new Importer(temporaryFolder(t), storage);
  }

  /** Writes a file into the folder; returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  async import(files: FeedFiles, options: ImportTestOptions = {}): Promise<Imported> {
    const { strict = false, maxBadShare = 1, now = NOW, effectiveFrom = now, limits = NO_LIMITS } = options;
    const rejects: Reject[] = [];
    const onReject = async (reject: Reject) => {
      rejects.push(reject);
    };
    const sources = await inspectFeeds(files);
    const all = { now, effectiveFrom, strict, maxBadShare, limits, onReject };
    return { summaries: await importSources(this.storage, sources, all), rejects };
  }

  /** Imports one polls file with this content. */
  polls(content: string | Uint8Array, name = 'polls.csv'): Promise<Imported> {
    return this.import({ polls: [this.file(name, content)] });
  }

  hours(content: string | Uint8Array, name = 'hours.csv'): Promise<Imported> {
    return this.import({ hours: [this.file(name, content)] });
  }

  specialHours(content: string | Uint8Array, name = 'special.csv'): Promise<Imported> {
    return this.import({ specialHours: [this.file(name, content)] });
  }

  stores(content: string | Uint8Array, name = 'stores.csv'): Promise<Imported> {
    return this.import({ stores: [this.file(name, content)] });
  }

  /** Name, zone, probe URL and labels of every store by its ID, and its version. */
  async described(): Promise<Record<string, unknown>> {
    const records = await this.storage.snapshot((snapshot) => snapshot.storeRecords('', 1_000));
    return Object.fromEntries(
      records.map(({ id, name, zone, probeUrl, labels, version }) => [id, { name, zone, probeUrl, labels, version }]),
    );
  }

  zones(content: string | Uint8Array, name = 'zones.csv'): Promise<Imported> {
    return this.import({ zones: [this.file(name, content)] });
  }

  /** The error message of a rejected import, which leaves the database unchanged. */
  async refusal(files: FeedFiles, options?: ImportTestOptions): Promise<string> {
    const before = await this.contents();
    const error = await this.import(files, options).then(
      () => assert.fail('the import was not refused'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, 'invalid_input');
    assert.doesNotMatch(error.message, /\n|Error:|Possible|read_csv|read_parquet|LINE \d/);
    assert.deepEqual(await this.contents(), before);
    return error.message;
  }

  /**
   * Polls as `store instant active [reason]`, hours as `store day start–end [from instant] [until instant]`, special hours as
   * `store date start–end`, stores as `store zone`, zone changes as `store zone until instant`, each sorted.
   */
  async contents(): Promise<Contents> {
    const revision = await this.storage.snapshot((snapshot) => snapshot.revision());
    return this.storage.importing(async ({ staging }) => {
      const texts = async (sql: string) => (await staging.rows(sql)).map((row) => String(row.text));
      return {
        revision,
        polls: await texts(`
          select concat_ws(' ', store_id, strftime(instant, '%Y-%m-%dT%H:%M:%S.%g'), active, reason) as text
          from polls join stores using (store_key) order by store_id, instant, active`),
        hours: await texts(`
          select concat_ws(' ', store_id, day, start_ms || '–' || end_ms, 'from ' || ${instantText('from_ms')},
            'until ' || ${instantText('until_ms')}) as text
          from business_hours join stores using (store_key) order by store_id, from_ms nulls first, day, start_ms, end_ms`),
        specialHours: await texts(`
          select concat_ws(' ', store_id, date, coalesce(start_ms || '–' || end_ms, 'closed')) as text
          from special_hours join stores using (store_key) order by store_id, date, start_ms, end_ms`),
        stores: await texts(`select concat_ws(' ', store_id, zone) as text from stores order by store_id`),
        zoneChanges: await texts(`
          select concat_ws(' ', store_id, c.zone, 'until ' || ${instantText('until_ms')}) as text
          from zone_changes c join stores using (store_key) order by store_id, until_ms`),
      };
    });
  }
}

const instantText = (column: string) => `strftime(make_timestamp_ms(${column}), '%Y-%m-%dT%H:%M:%S.%gZ')`;

/** The lines and reasons of rejects, as in the rejects file. */
export function told({ rejects }: Imported): string[] {
  return rejects.map(({ line, reason }) => `${line}: ${reason}`);
}
