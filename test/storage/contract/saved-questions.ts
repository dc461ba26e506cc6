import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SavedQuestionRecord } from '../../../src/storage/ports/saved-questions.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';

const T = Date.parse('2026-11-28T12:00:00Z');

/** A saved question with some differences. */
function record(id: string, differences: Partial<SavedQuestionRecord> = {}): SavedQuestionRecord {
  return {
    ...{ id, name: 'October 🍕', question: { period: '2026-10', group_by: ['é'], subtotals: false } },
    ...{ authorId: 'u', author: 'anna', version: 1, createdAt: T, changedAt: T },
    ...differences,
  };
}

/** Saved questions: few rows that change as a whole. */
export function savedQuestionsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage;
  };

  test(`${engine}: saved questions come back as they were saved, oldest first`, async (t) => {
    const { savedQuestions } = await opened(t);
    assert.deepEqual(await savedQuestions.questions(), []);
    const [b, a] = [record('b'), record('a', { authorId: undefined })];
    const later = record('0', { createdAt: T + 1, changedAt: T + 2, version: 7 });
    for (const one of [later, b, a]) await savedQuestions.changing((changes) => changes.save(one));
    assert.deepEqual(await savedQuestions.questions(), [a, b, later]);
    assert.deepEqual(await savedQuestions.question('b'), b);
    assert.equal(await savedQuestions.question('none'), undefined);
  });

  test(`${engine}: a saved question is replaced and removed, and no other one is`, async (t) => {
    const { savedQuestions } = await opened(t);
    const [a, b] = [record('a'), record('b')];
    const changed = record('a', { name: 'November', question: {}, version: 2, changedAt: T + 5 });
    await savedQuestions.changing(async (changes) => {
      await changes.save(a);
      await changes.save(b);
    });
    await savedQuestions.changing((changes) => changes.save(changed));
    assert.deepEqual(await savedQuestions.questions(), [changed, b]);
    await savedQuestions.changing((changes) => changes.remove('a'));
    assert.deepEqual(await savedQuestions.questions(), [b]);
  });

  test(`${engine}: a transaction of saved questions that fails leaves nothing, not even an audit entry`, async (t) => {
    const { savedQuestions, accounts } = await opened(t);
    const failing = savedQuestions.changing(async (changes) => {
      await changes.save(record('a'));
      await changes.addAudit({
        ...{ id: 'e', at: T, actorId: 'u', actor: 'anna', keyId: undefined, action: 'saved_question.created' },
        ...{ subjectKind: 'saved_question', subjectId: 'a', detail: {} },
      });
      throw new Error('broken off');
    });
    await assert.rejects(failing, /broken off/);
    assert.deepEqual(await savedQuestions.questions(), []);
    assert.deepEqual(await accounts.audit({}, undefined, 10), []);
  });

  test(`${engine}: changes of a saved question at the same time get their turn one after the other`, async (t) => {
    const { savedQuestions } = await opened(t);
    await savedQuestions.changing((changes) => changes.save(record('a')));
    const raise = () =>
      savedQuestions.changing(async (changes) => {
        const { version = 0 } = (await changes.question('a')) ?? {};
        await changes.save(record('a', { version: version + 1 }));
      });
    await Promise.all([raise(), raise(), raise()]);
    assert.equal((await savedQuestions.question('a'))?.version, 4);
  });
}
