import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Remembered, RememberedAnswers } from '../../src/fleet/remembered.ts';

test('the thing that was asked for longest ago is forgotten first', () => {
  const made: string[] = [];
  const remembered = new Remembered<string>(2);
  const get = (name: string) =>
    remembered.get(name, () => {
      made.push(name);
      return name;
    });
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(get(name), name);
  assert.deepEqual(made, ['a', 'b', 'c', 'b']);
});

test('whoever asks the same while the answer is worked out shares it', async () => {
  let works = 0;
  const answers = new RememberedAnswers<number>(2);
  const ask = () => answers.get('question', async () => ++works);
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  assert.equal(await ask(), 1);
});

test('an answer that went wrong is worked out again', async () => {
  const answers = new RememberedAnswers<string>(2);
  await assert.rejects(
    answers.get('question', () => Promise.reject(new Error('away'))),
    /away/,
  );
  assert.equal(await answers.get('question', async () => 'here'), 'here');
});
