import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A temporary folder, removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-test-'));
  // Hooks run in the order in which they are registered. What the test opens in the folder later, for example a server,
  // is closed by a later hook and must be closed before the folder goes; so the removal is registered as the last one.
  t.after(() => {
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  });
  return folder;
}
