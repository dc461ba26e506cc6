import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';

/** What `completion` prints. */
async function script(t: TestContext, shell: string): Promise<string> {
  const write = t.mock.method(process.stdout, 'write', () => true);
  try {
    await createProgram().parseAsync(['node', 'restaurant-monitor', 'completion', shell]);
    return write.mock.calls.map(({ arguments: [text] }) => String(text)).join('');
  } finally {
    write.mock.restore();
  }
}

test('bash completes commands, subcommands, options and their values', async (t) => {
  const completion = await script(t, 'bash');
  const completed = (...words: string[]) => {
    const line = ['restaurant-monitor', ...words].join(' ');
    const ask = `COMP_LINE='${line}'; COMP_POINT=${line.length}; _restaurant_monitor; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${completion}\n${ask}`], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.trim().split(' ');
  };
  assert.deepEqual(completed('re'), ['report', 'restore']);
  assert.deepEqual(completed('user', 'pa'), ['passwd']);
  assert.deepEqual(completed('user', 'add', 'anna', '--pass'), ['--password-stdin']);
  assert.deepEqual(completed('user', 'add', 'anna', '--role', 'o'), ['operator', 'owner']);
  assert.deepEqual(completed('key', 'add', '--scopes', 'users'), ['users:read', 'users:write']);
  assert.deepEqual(completed('key', 'add', '--scopes', 'stores:read', 'users'), ['users:read', 'users:write']);
  assert.deepEqual(completed('key', 'add', '--scopes', 'users:r'), ['read'], 'bash replaces what follows the colon');
  assert.deepEqual(completed('key', 'add', '--scopes', 'stores:read', '--js'), ['--json']);
  assert.deepEqual(completed('report', '--format=f'), ['full']);
  assert.deepEqual(completed('report', '--format', 'csv', '--form'), ['--format']);
  assert.deepEqual(completed('key', 'add', '--scopes', 'people'), [''], 'an earlier name is not offered');
  assert.deepEqual(completed('report', '--format', ''), ['csv', 'full', 'exact', 'json', 'parquet', 'xlsx']);
  assert.deepEqual(completed('completion', ''), ['bash', 'zsh', 'fish', '--quiet', '--help']);
  assert.deepEqual(completed('key', 'list', '--js'), ['--json']);
});

test('every command and option is in the scripts for zsh and fish', async (t) => {
  const [zsh, fish] = [await script(t, 'zsh'), await script(t, 'fish')];
  for (const command of createProgram().commands) {
    assert.ok(zsh.includes(`'${command.name()}:`), `zsh: ${command.name()}`);
    assert.ok(fish.includes(` -a '${command.name()}' `), `fish: ${command.name()}`);
    for (const { long, hidden } of command.options) {
      // An earlier name still works and is not offered.
      if (hidden) {
        assert.ok(!zsh.includes(`'${long}:`), `zsh: ${long}`);
        continue;
      }
      assert.ok(zsh.includes(`'${long}:`), `zsh: ${long}`);
      assert.ok(fish.includes(` -l ${String(long).slice(2)} `), `fish: ${long}`);
    }
  }
  assert.match(zsh, /^#compdef restaurant-monitor\n/);
  assert.match(fish, /-l role -r -f -a 'admin operator owner'/);
});

test('an unknown shell is an error of usage', async (t) => {
  t.mock.method(process.stderr, 'write', () => true);
  await assert.rejects(script(t, 'tcsh'), { message: 'shell is "tcsh", expected one of bash, zsh, fish' });
});
