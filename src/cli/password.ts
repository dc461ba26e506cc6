import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { invalid } from '../lib/errors.ts';

/** The terminal, or a stand-in for it. */
export type Terminal = Readable & { readonly isTTY?: boolean };

/**
 * Reads a new password, either from standard input or by asking twice at the terminal without echo.
 *
 * @throws UserError `invalid_input` if there is no terminal or the two entries differ
 */
export async function newPassword(fromInput: boolean, input: Terminal = process.stdin): Promise<string> {
  if (fromInput) return (await text(input)).replace(/\r?\n$/, '');
  if (!input.isTTY) throw invalid('there is no terminal to enter the password; use --password-stdin');
  const [first, second] = await askTwice(input);
  if (first === second) return first;
  throw invalid('the passwords do not match; nothing was changed');
}

async function askTwice(input: Terminal): Promise<[string, string]> {
  const lines = createInterface({ input, output: nowhere(), terminal: true, historySize: 0 });
  // During input the terminal delivers Ctrl-C as a character.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answers = lines[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    process.stderr.write(question);
    const { value, done } = await answers.next();
    process.stderr.write('\n');
    if (done) throw invalid('no password was entered; nothing was changed');
    return value;
  };
  try {
    return [await ask('Password: '), await ask('Repeat password: ')];
  } finally {
    lines.close();
  }
}

/** Discards the echo of typed characters. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
