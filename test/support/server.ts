import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createServer, IN_MEMORY, openStorage, type Server } from '../../src/compose.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { Authenticator } from '../../src/http/access.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestServer extends Server {
  readonly storage: Storage;
  readonly resultsDir: string;
  readonly uploadsDir: string;
  /** The report's answer once it runs no more. */
  finished(id: string): Promise<Awaited<ReturnType<Server['app']['inject']>>>;
}

/** What differs from the defaults. */
export type TestSettings = Partial<Config> & {
  readonly authenticator?: Authenticator;
  readonly onChanged?: () => void;
  /** One that another server of the test uses, too, and closes. */
  readonly storage?: Storage;
};

function foldersIn(folder: string): Pick<Config, 'resultsDir' | 'uploadsDir'> {
  return { resultsDir: join(folder, 'results'), uploadsDir: join(folder, 'uploads') };
}

/** The whole product in this process, on an in-memory database; requests go through `app.inject`. */
export async function testServer(t: TestContext, settings: TestSettings = {}): Promise<TestServer> {
  const { authenticator, onChanged, storage: shared, ...changed } = settings;
  const folder = temporaryFolder(t);
  const config = {
    ...loadConfig({}),
    port: 0,
    database: IN_MEMORY,
    logLevel: 'silent',
    ...foldersIn(folder),
    ...changed,
  };
  const { resultsDir, uploadsDir } = config;
  const storage = shared ?? (await openStorage(config.database));
  const server = await createServer(config, storage, {
    ...(authenticator && { authenticator }),
    ...(onChanged && { onChanged }),
  });
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
