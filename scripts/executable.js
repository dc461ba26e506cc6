// Makes the built command executable. `npx` does so only once, and each build writes the file anew.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
