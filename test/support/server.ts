import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer, IN_MEMORY, openStorage, type Server, type ServerParts } from '../../src/compose.ts';
import type { Config } from '../../src/config.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { checkAnswers } from './answers.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestServer extends Server {
  readonly storage: Storage;
  readonly resultsDir: string;
  /** The report's answer once it runs no more. */
  finished(id: string, headers?: Record<string, string>): Promise<Awaited<ReturnType<Server['app']['inject']>>>;
}

/**
 * The whole product in this process, on an in-memory database; requests go through `app.inject`, and what they bring is
 * checked against the OpenAPI document.
 */
export async function testServer(
  t: TestContext,
  parts: ServerParts = {},
  differences: Partial<Config> = {},
): Promise<TestServer> {
  const resultsDir = join(temporaryFolder(t), 'results');
  const storage = await openStorage(IN_MEMORY);
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    database: IN_MEMORY,
    resultsDir,
    logLevel: 'silent',
    pollInterval: 3_600_000,
    rateLimit: 0,
    ...differences,
  };
  const server = await createServer(config, storage, parts);
  checkAnswers(server.app);
  t.after(() => server.close());
  await server.reports.start();
  return {
    ...server,
    storage,
    resultsDir,
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
