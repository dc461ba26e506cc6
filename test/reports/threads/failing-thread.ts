// A computing thread that fails once it has a job, in the way that the first line of a file names, which then goes. The
// query of its URL has the path. Without a line, it is the usual thread.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const path = new URL(import.meta.url).searchParams.get('failures') ?? '';
const [failure = '', ...left] = readFileSync(path, 'utf8').split('\n');
writeFileSync(path, left.join('\n'));
appendFileSync(`${path}.begun`, `${failure}\n`);
if (failure === 'exit') process.exit(9);
if (failure === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
await import('../../../src/reports/threads/thread.ts');
