import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { createServer, type Server, type ServerParts } from '../../src/compose.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { DEFAULT_BUDGETS } from '../../src/lib/budgets.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { checkAnswers } from './answers.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestServer extends Server {
  readonly storage: Storage;
  readonly resultsDir: string;
  readonly uploadsDir: string;
  /** The response for the report once it has ended. */
  finished(id: string, headers?: Record<string, string>): Promise<Awaited<ReturnType<Server['app']['inject']>>>;
}

/** Differences from the default configuration and parts of the server. */
export type TestSettings = Partial<Config> &
  ServerParts & {
    /** A storage shared with another server of the test, which closes it. */
    readonly storage?: Storage;
  };

/**
 * The whole product in this process, on an in-memory database; requests go through `app.inject`, and responses are
 * checked against the OpenAPI document.
 */
export async function testServer(t: TestContext, settings: TestSettings = {}): Promise<TestServer> {
  const { authenticator, states, dashboard, now, elapsed, wait, storage: shared, ...differences } = settings;
  const folder = temporaryFolder(t);
  const config: Config = {
    ...loadConfig({}),
    port: 0,
    database: IN_MEMORY,
    resultsDir: join(folder, 'results'),
    uploadsDir: join(folder, 'uploads'),
    logLevel: 'silent',
    rateLimit: 0,
    // Most tests have polls from 2023.
    budgets: { ...DEFAULT_BUDGETS, earliestPoll: 36_500 * 86_400_000 },
    ...differences,
  };
  const { resultsDir, uploadsDir } = config;
  const storage = shared ?? (await openStorage(config.database, config.budgets));
  const server = await createServer(config, storage, {
    ...(authenticator && { authenticator }),
    ...(states && { states }),
    ...(dashboard !== undefined && { dashboard }),
    ...(now && { now }),
    ...(elapsed && { elapsed }),
    ...(wait && { wait }),
  });
  checkAnswers(server.app);
  t.after(async () => {
    if (shared === undefined) return server.close();
    await server.app.close();
    await server.reports.stop();
    await server.imports.stop();
  });
  await server.reports.start();
  await server.imports.start();
  return {
    ...server,
    storage,
    resultsDir,
    uploadsDir,
    finished: async (id, headers = {}) => {
      for (;;) {
        const answer = await server.app.inject({ url: `/get_report?report_id=${id}`, headers });
        if (answer.body !== 'Running') return answer;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

/** Triggers a report and returns its id. */
export async function trigger(
  { app }: Server,
  body?: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await app.inject({ method: 'POST', url: '/trigger_report', headers, ...(body && { payload: body }) });
  if (answer.statusCode !== 200) throw new Error(`trigger_report answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<{ report_id: string }>().report_id;
}
