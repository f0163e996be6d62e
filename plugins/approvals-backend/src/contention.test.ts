import { TestDatabases } from '@backstage/backend-test-utils';
import { addFaults, Contention, noFaults } from './__testUtils__/contention';

jest.setTimeout(300_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
/** `npm run bench -- contention` plays 200. */
const ROUNDS = Number(process.env.CONTENTION_ROUNDS ?? 10);

describe('two processes on one PostgreSQL', () => {
  let contention: Contention | undefined;

  afterEach(() => contention?.stop());

  it(`end each of ${ROUNDS} requests once, though one is killed each time`, async () => {
    contention = await Contention.start(await databases.init('POSTGRES_18'));
    let faults = noFaults;
    for (let round = 0; round < ROUNDS; round++) {
      faults = addFaults(faults, await contention.playRound());
    }
    const end = await contention.finish();

    expect(addFaults(faults, end.faults)).toEqual(noFaults);
  });
});
