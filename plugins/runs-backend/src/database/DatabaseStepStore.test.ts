import { AskPerson, Problem } from '@self-service/plugin-runs-common';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseRunStore } from './DatabaseRunStore';
import { DatabaseStepStore } from './DatabaseStepStore';

const NOW = new Date('2026-01-05T12:00:00Z');
const LATER = new Date('2026-01-05T13:00:00Z');
const PROBLEM: Problem = {
  what: 'The name is taken.',
  whose: 'yours',
  canPass: false,
  remedy: 'Choose another one.',
};
const QUESTION: AskPerson = {
  taskId: 'task-1',
  stepId: 'create',
  inputDigest: 'digest-1',
  group: 'group:default/platform-team',
  instructions: 'Free the name',
  problem: PROBLEM,
};

describe.each(databases.eachSupportedId())('DatabaseStepStore on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    return {
      database,
      store: DatabaseStepStore.create(database),
      runs: DatabaseRunStore.create(database),
    };
  }

  it('keeps what became of steps, in order', async () => {
    const { store } = await setUp();
    await store.addReport(
      'task-1',
      {
        stepId: 'create',
        outcome: 'retrying',
        problem: PROBLEM,
        retryAt: LATER.toISOString(),
      },
      NOW,
    );
    await store.addReport(
      'task-1',
      { stepId: 'create', outcome: 'continued' },
      LATER,
    );
    await store.addReport(
      'task-2',
      { stepId: 'create', outcome: 'skipped' },
      NOW,
    );
    expect(await store.listReports('task-1')).toEqual([
      {
        stepId: 'create',
        outcome: 'retrying',
        problem: PROBLEM,
        retryAt: LATER.toISOString(),
        at: NOW.toISOString(),
      },
      { stepId: 'create', outcome: 'continued', at: LATER.toISOString() },
    ]);
  });

  it('asks once, however often it is asked, and tells the group', async () => {
    const { store, runs } = await setUp();
    const asked = await Promise.all(
      [1, 2, 3].map(() => store.ask(QUESTION, NOW)),
    );
    const [question] = asked;
    expect(new Set(asked.map(one => one.id)).size).toBe(1);
    expect(question).toMatchObject({
      group: 'group:default/platform-team',
      problem: PROBLEM,
      answer: undefined,
    });
    expect(await runs.listOutbox(NOW, 10)).toMatchObject([
      { kind: `ask:${question.id}`, taskId: 'task-1' },
    ]);
    const other = await store.ask(
      { ...QUESTION, inputDigest: 'digest-2' },
      LATER,
    );
    expect(await store.listInterventions('task-1')).toEqual([question, other]);
  });

  it('takes one answer, and returns it to whoever asks again', async () => {
    const { store } = await setUp();
    const { id: question } = await store.ask(QUESTION, NOW);
    expect(await store.answeredAmong([question, 'gone'])).toEqual(['gone']);
    const answers = await Promise.all(
      (['continue', 'give-up'] as const).map(answer =>
        store.answer(
          question,
          { answer, comment: 'Done', answeredBy: 'user:default/ops' },
          LATER,
        ),
      ),
    );
    const [answered, ...others] = answers.filter(Boolean);
    expect(others).toEqual([]);
    expect(answered).toMatchObject({
      answeredBy: 'user:default/ops',
      answeredAt: LATER.toISOString(),
      comment: 'Done',
    });
    expect(await store.ask(QUESTION, LATER)).toEqual(answered);
    expect(await store.findIntervention(question)).toEqual(answered);
    expect(await store.answeredAmong([question])).toEqual([question]);
  });

  it('expects the median of the last twenty runs', async () => {
    const { store } = await setUp();
    for (let run = 0; run < 30; run++) {
      await store.addDurations(
        `task-${run}`,
        'template:default/t',
        [
          { stepId: 'a', seconds: run },
          { stepId: 'b', seconds: run < 29 ? 1 : 5 },
        ],
        new Date(NOW.getTime() + run * 1_000),
      );
    }
    await store.addDurations(
      'other',
      'template:default/other',
      [{ stepId: 'a', seconds: 1_000 }],
      LATER,
    );
    // Said again, as after a kill.
    await store.addDurations(
      'task-29',
      'template:default/t',
      [{ stepId: 'a', seconds: 1_000 }],
      LATER,
    );
    await store.addDurations('task-0', 'template:default/t', [], LATER);
    expect(await store.expectedSeconds('template:default/t')).toEqual({
      a: 19.5,
      b: 1,
    });
    expect(await store.expectedSeconds('template:default/new')).toEqual({});
  });
});
