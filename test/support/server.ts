import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer, IN_MEMORY, openStorage, type Server, type ServerParts } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestServer extends Server {
  readonly storage: Storage;
  readonly resultsDir: string;
  /** The report's answer once it runs no more. */
  finished(id: string): Promise<Awaited<ReturnType<Server['app']['inject']>>>;
}

/**
 * The whole product in this process, on an in-memory database; requests go through `app.inject`.
 *
 * @param env variables that configure it
 */
export async function testServer(
  t: TestContext,
  parts: ServerParts = {},
  env: Record<string, string> = {},
): Promise<TestServer> {
  const resultsDir = join(temporaryFolder(t), 'results');
  const storage = await openStorage(IN_MEMORY);
  const config = { ...loadConfig(env), port: 0, database: IN_MEMORY, resultsDir, logLevel: 'silent' };
  const server = await createServer(config, storage, parts);
  t.after(() => server.close());
  await server.reports.start();
  return {
    ...server,
    storage,
    resultsDir,
    finished: async (id) => {
      for (;;) {
        const answer = await server.app.inject(`/get_report?report_id=${id}`);
        if (answer.body !== 'Running') return answer;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

/** Triggers a report and returns its id. */
export async function trigger({ app }: Server, body?: Record<string, unknown>): Promise<string> {
  const answer = await app.inject({ method: 'POST', url: '/trigger_report', ...(body && { payload: body }) });
  if (answer.statusCode !== 200) throw new Error(`trigger_report answered ${answer.statusCode}: ${answer.body}`);
  return answer.json<{ report_id: string }>().report_id;
}
