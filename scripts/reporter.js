// A test reporter: a line for each file, with the names of the tests that failed; what tests print; the failures in full
// at the end; and the totals.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import process from 'node:process';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, milliseconds: number }} FileResult
 * @typedef {{ name: string, file: string, error: Error & { cause?: unknown } }} Failure
 */

/**
 * @param {AsyncIterable<import('node:test/reporters').TestEvent>} source
 * @returns {AsyncGenerator<string>}
 */
export default async function* report(source) {
  /** @type {Map<string, FileResult>} */
  const files = new Map();
  /** @type {Failure[]} */
  const failures = [];
  /** @type {string[]} */
  const totals = [];
  let current = '';

  for await (const { type, data } of source) {
    switch (type) {
      case 'test:pass':
      case 'test:fail': {
        const file = sourceOf(data);
        if (file !== current) {
          yield line(current, files.get(current), failures);
          current = file;
        }
        if (type === 'test:fail' && !isParentOfFailure(data.details.error)) {
          failures.push({ name: data.name === data.file ? file : data.name, file, error: data.details.error });
        }
        if (data.nesting > 0) break;
        const result = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, milliseconds: 0 };
        result[type === 'test:fail' ? 'failed' : data.skip === undefined ? 'passed' : 'skipped'] += 1;
        result.milliseconds += data.details.duration_ms;
        files.set(file, result);
        break;
      }
      case 'test:stdout':
      case 'test:stderr':
        yield data.message;
        break;
      case 'test:diagnostic':
        if (/^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(data.message)) {
          totals.push(`# ${data.message}`);
        }
        break;
    }
  }
  yield line(current, files.get(current), failures);
  for (const [index, failure] of failures.entries()) yield describe(index + 1, failure);
  yield `\n${totals.join('\n')}\n`;
}

/** @param {string} file @param {FileResult | undefined} result @param {readonly Failure[]} failures of all files */
function line(file, result, failures) {
  if (result === undefined) return '';
  const { passed, failed, skipped, milliseconds } = result;
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  const seconds = (milliseconds / 1_000).toFixed(1);
  const names = failures.filter((failure) => failure.file === file).map(({ name }) => `    ✖ ${name}\n`);
  return `${failed > 0 ? '✖' : '✔'} ${file}: ${counts.filter(Boolean).join(', ')} in ${seconds} s\n${names.join('')}`;
}

/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map();

/**
 * The source file of a test, relative to the current folder. The test runner of Node 20 knows only the bundle.
 * @param {{ file?: string, line?: number, column?: number }} place
 */
function sourceOf({ file, line = 1, column = 1 }) {
  if (file === undefined) return '';
  if (!maps.has(file)) {
    const map = `${file}.map`;
    maps.set(file, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined);
  }
  const map = maps.get(file);
  const entry = map?.findEntry(line - 1, column - 1);
  // A file that failed as a whole has no place; the file of a bundle is the last of its sources.
  const found = entry !== undefined && 'originalSource' in entry ? entry.originalSource : map?.payload.sources.at(-1);
  return relative(process.cwd(), found === undefined ? file : resolve(dirname(file), found));
}

/**
 * A test that fails only because a subtest failed repeats what the subtest said.
 * @param {Error} error
 */
function isParentOfFailure(error) {
  return 'failureType' in error && error.failureType === 'subtestsFailed';
}

/** @param {number} number @param {Failure} failure */
function describe(number, { name, file, error }) {
  const cause =
    error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause ?? error);
  return `\nnot ok ${number}: ${name}\n  in ${file}\n${cause.replace(/^/gm, '  ')}\n`;
}
