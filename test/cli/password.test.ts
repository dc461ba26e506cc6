import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { newPassword, type Terminal } from '../../src/cli/password.ts';

/** A stand-in for the terminal, with this input. */
function terminal(typed: string): Terminal {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.write(typed);
  return input;
}

test('the password is entered twice', async () => {
  assert.equal(await newPassword(false, terminal('correct horse\rcorrect horse\r')), 'correct horse');
  assert.equal(await newPassword(false, terminal('corrrect\x7f\x7f\x7f\x7f\x7frect\rcorrect\r')), 'correct', 'mended');
});

test('different entries or no entry change nothing', async () => {
  const differ = newPassword(false, terminal('correct horse\rcorrect horst\r'));
  await assert.rejects(differ, { code: 'invalid_input', message: /^the passwords do not match/ });
  await assert.rejects(newPassword(false, terminal('\x04')), { message: /^no password was entered/ });
});

test('a password from standard input is used as is, without the line end', async () => {
  const input = (content: string) => Object.assign(new PassThrough(), { isTTY: false }).end(content);
  assert.equal(await newPassword(true, input('correct horse\n')), 'correct horse');
  assert.equal(await newPassword(true, input(' correct horse \r\n')), ' correct horse ');
  assert.equal(await newPassword(true, input('correct\nhorse')), 'correct\nhorse');
  await assert.rejects(newPassword(false, input('correct horse\n')), { message: /--password-stdin/ });
});
