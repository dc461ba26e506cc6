// A process that holds a temporary folder until it is killed: `hold-temporary-folder.ts <parent>`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../src/lib/temporary-folder.ts';

const { path } = await temporaryFolder(process.argv[2]);
writeFileSync(join(path, 'content'), 'half a feed');
process.stdout.write(`${path}\n`);
setInterval(() => {}, 60_000);
