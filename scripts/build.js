// Bundles the product into `dist`.
import { chmodSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, STARTED } from './compile.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = 'src/cli/main.ts';

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
await bundle({
  programs: [MAIN, ...STARTED],
  base: 'src',
  folder: 'dist',
  // The product may be moved as a whole, with its packages.
  placeOf: (path) => {
    const place = relative(join(ROOT, 'src'), path).replace(/\.ts$/, '.js');
    return `new URL(${JSON.stringify(place)}, __bundle.slice(0, __bundle.lastIndexOf('/dist/') + 6)).href`;
  },
});
chmodSync(join(ROOT, 'dist/cli/main.js'), 0o755);
