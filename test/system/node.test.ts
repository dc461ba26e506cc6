import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOfLifeWarning } from '../../src/config/node-releases.ts';
import { serve } from '../support/process.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a server warns once if its Node gets no security fixes', async (t) => {
  const server = await serve(t, temporaryFolder(t));
  const said = server.output().match(/has had no security fixes since/g) ?? [];
  assert.equal(said.length, endOfLifeWarning(process.versions.node, Date.now()) === undefined ? 0 : 1);
  assert.equal(await server.end('SIGTERM'), 0);
});
