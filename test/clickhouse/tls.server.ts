import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Authority } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { ClickhouseProcess, isServerInstalled, PROGRAM } from './process.ts';

const skip = isServerInstalled() ? false : `no ${PROGRAM} is installed`;

test('clickhouses:// asks a server by TLS if its certificate is valid, by a CA that NODE_EXTRA_CA_CERTS names', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const authority = new Authority('CA of the tests');
  const { cert, key } = authority.issue({ host: 'localhost' });
  for (const [name, content] of Object.entries({ 'ca.pem': authority.cert, 'cert.pem': cert, 'key.pem': key })) {
    writeFileSync(join(folder, name), content);
  }
  const [http, tcp, https] = [await freePort(), await freePort(), await freePort()];
  const more = `
    <https_port>${https}</https_port>
    <openSSL><server>
      <certificateFile>${folder}/cert.pem</certificateFile>
      <privateKeyFile>${folder}/key.pem</privateKeyFile>
      <verificationMode>none</verificationMode>
    </server></openSSL>`;
  const server = new ClickhouseProcess({ folder, host: '127.0.0.1', http, tcp, more });
  t.after(() => server.kill());
  await server.start();
  const url = server.url.replace('clickhouse:', 'clickhouses:').replace(`127.0.0.1:${http}`, `localhost:${https}`);
  const program = fileURLToPath(new URL('versioning.ts', import.meta.url));
  const ask = async (env: NodeJS.ProcessEnv) => {
    const args = ['--import', 'tsx', program, url];
    return (await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } })).stdout;
  };
  assert.match(await ask({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }), /^version \d+\.\d+/);
  assert.match(await ask({}), /^ClickHouse at localhost:\d+\/default cannot be reached: .*certificate/);
});
