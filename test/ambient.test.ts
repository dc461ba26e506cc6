import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ambientUses } from '../scripts/ambient.ts';
import { temporaryFolder } from './support/temporary.ts';

test('nothing outside the adapters reaches the machine past lib/world', () => {
  assert.deepEqual(ambientUses(), []);
});

test('each way past lib/world is found, in code and not in comments', (t) => {
  const folder = temporaryFolder(t);
  const uses = [
    'const at = Date.now();',
    'const clock = Date.now;',
    'performance.now();',
    'setTimeout(work, 5);',
    'clearInterval(timer);',
    "import { setImmediate } from 'node:timers/promises';",
    "import { open } from 'node:fs/promises';",
    "const fs = await import('node:fs');",
    "await fetch('http://localhost/');",
    'Math.random();',
    "import { randomUUID } from 'node:crypto';",
    'AbortSignal.timeout(5);',
  ];
  const harmless = [
    '// `setTimeout` knows no longer wait',
    ' * Date.now()',
    'fetchAll(offset, limit);',
    'const now = () => at;',
  ];
  mkdirSync(join(folder, 'room'));
  mkdirSync(join(folder, 'adapter'));
  writeFileSync(join(folder, 'room', 'a.ts'), [...uses, ...harmless].join('\n'));
  writeFileSync(join(folder, 'adapter', 'b.ts'), uses.join('\n'));
  const lines = new Set(ambientUses(folder, ['adapter']).map((line) => line.split(' ')[0]));
  assert.deepEqual(
    [...lines],
    uses.map((_, i) => `src/room/a.ts:${i + 1}`),
  );
});
