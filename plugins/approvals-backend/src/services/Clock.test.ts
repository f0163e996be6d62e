import { TestDatabases } from '@backstage/backend-test-utils';
import { DatabaseClock } from './Clock';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('DatabaseClock on %s', id => {
  it('reads the time of the database', async () => {
    const before = Date.now();
    const time = await new DatabaseClock(await databases.init(id)).now();

    // Both run on this machine; a wrong unit or zone is off by far more.
    expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000);
  });
});
