import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { invalid } from '../lib/errors.ts';
import { say } from './terminal.ts';

/** The terminal, or what stands for it. */
export type Terminal = Readable & { readonly isTTY?: boolean };

/**
 * A new password: from standard input where the command line says so, else asked for twice at the terminal, which does
 * not show it.
 *
 * @throws UserError `invalid_input` where there is no terminal, or the two differ
 */
export async function newPassword(fromInput: boolean, input: Terminal = process.stdin): Promise<string> {
  if (fromInput) return (await text(input)).replace(/\r?\n$/, '');
  if (!input.isTTY) throw invalid('there is no terminal to ask for the password at; give it with --password-stdin');
  const [first, second] = await askTwice(input);
  if (first === second) return first;
  throw invalid('the two passwords differ; nothing was changed');
}

async function askTwice(input: Terminal): Promise<[string, string]> {
  const lines = createInterface({ input, output: nowhere(), terminal: true, historySize: 0 });
  // The terminal sends Ctrl-C as a character while it is being asked.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    process.stderr.write(question);
    const { value, done } = await answers.next();
    say('');
    if (done) throw invalid('no password was given; nothing was changed');
    return value;
  };
  try {
    return [await ask('Password: '), await ask('Once more: ')];
  } finally {
    lines.close();
  }
}

/** What is typed is not shown. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
