import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/**
 * Copies the built dashboard as the build of another version: each script and style has another name.
 *
 * @param leaveOut whether a file is missing in the copy, by its name in this build
 */
export function otherBuild(folder: string, leaveOut: (name: string) => boolean = () => false): string {
  const names = readdirSync(join(BUILT, 'assets')).filter((name) => ['.js', '.css', '.svg'].includes(extname(name)));
  const others = new Map(names.map((name, i) => [name, name.replace(/-[\w-]{8}(?=\.\w+$)/, `-other${i}`)]));
  const rewrite = (text: string) => [...others].reduce((all, [name, other]) => all.replaceAll(name, other), text);
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), rewrite(readFileSync(join(BUILT, 'index.html'), 'utf8')));
  for (const [name, other] of others) {
    if (leaveOut(name)) continue;
    writeFileSync(join(folder, 'assets', other), rewrite(readFileSync(join(BUILT, 'assets', name), 'utf8')));
  }
  return folder;
}
