import { mockServices } from '@backstage/backend-test-utils';
import { SignalPayload } from '@backstage/plugin-signals-node';
import { RunNotifier } from './RunNotifier';

/** Signals that arrive when the test says so. */
function slowSignals() {
  const told: unknown[] = [];
  const underWay: Array<(failure?: Error) => void> = [];
  const publish = (payload: SignalPayload) =>
    new Promise<void>((done, fail) => {
      told.push(payload.message.taskId);
      underWay.push(failure => (failure ? fail(failure) : done()));
    });
  const arrive = async (failure?: Error) => {
    underWay.splice(0).forEach(end => end(failure));
    await new Promise(done => {
      setImmediate(done);
    });
  };
  return { signals: { publish }, told, arrive };
}

describe('RunNotifier', () => {
  const logger = mockServices.logger.mock();

  it('tells once of changes that come while it tells', async () => {
    const { signals, told, arrive } = slowSignals();
    const notifier = RunNotifier.create({ signals, logger });
    notifier.changed('one');
    notifier.changed('one');
    notifier.changed('other');
    notifier.changed('one');
    expect(told).toEqual(['one', 'other']);
    await arrive();
    expect(told).toEqual(['one', 'other', 'one']);
    await arrive();
    expect(told).toHaveLength(3);
    notifier.changed('one');
    expect(told).toHaveLength(4);
  });

  it('tells of the next change after a signal was lost', async () => {
    const { signals, told, arrive } = slowSignals();
    const notifier = RunNotifier.create({ signals, logger });
    notifier.changed('one');
    await arrive(new Error('no bus'));
    expect(logger.debug).toHaveBeenCalled();
    notifier.changed('one');
    expect(told).toEqual(['one', 'one']);
  });
});
