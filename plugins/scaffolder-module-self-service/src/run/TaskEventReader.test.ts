import { LogEvent } from '@backstage/plugin-scaffolder-common';
import { makeEvents } from '../__testUtils__/fixtures';
import { TaskEventReader, TaskEvents } from './TaskEventReader';

interface Observer {
  next(event: LogEvent): void;
  error(error: unknown): void;
  complete(): void;
}

const EVENTS = makeEvents(['log', {}], ['log', {}], ['log', {}]);

/** A reader before streams that a test speaks for; `told` is its last word. */
function setUp() {
  const streams: { after?: number; say: Observer; isClosed: boolean }[] = [];
  const heard: TaskEvents[] = [];
  const reader = new TaskEventReader(
    after => ({
      [Symbol.observable]() {
        return this;
      },
      subscribe: (say: any) => {
        const stream = { after, say, isClosed: false };
        streams.push(stream);
        return {
          closed: false,
          unsubscribe: () => {
            stream.isClosed = true;
          },
        };
      },
    }),
    events => heard.push(events),
  );
  reader.open();
  return {
    reader,
    streams,
    last: () => streams[streams.length - 1],
    told: () => {
      jest.advanceTimersByTime(100);
      return heard[heard.length - 1];
    },
  };
}

describe('TaskEventReader', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('goes on behind the last event when an attempt has ended', () => {
    const { reader, streams, last, told } = setUp();
    last().say.next(EVENTS[0]);
    last().say.next(EVENTS[1]);
    last().say.complete();
    expect(told()).toEqual({
      events: EVENTS.slice(0, 2),
      isRead: true,
      error: undefined,
    });
    expect(last().isClosed).toBe(true);

    reader.open();
    reader.open();
    expect(streams.map(({ after }) => after)).toEqual([undefined, 2]);
    last().say.next(EVENTS[2]);
    expect(told().events).toEqual(EVENTS);
  });

  it('knows nothing until something has come, and says why', () => {
    const { last, told } = setUp();
    last().say.error(new Error('down'));
    expect(told()).toMatchObject({ isRead: false, error: { message: 'down' } });
  });

  it('knows that there are no events yet', () => {
    const { last, told } = setUp();
    last().say.complete();
    expect(told()).toMatchObject({ events: [], isRead: true });
  });

  it('tries again by itself, later and later, until it works', () => {
    const { streams, last, told } = setUp();
    last().say.next(EVENTS[0]);
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const before = streams.length;
      last().say.error(new Error('down'));
      jest.advanceTimersByTime(seconds * 1000 - 1);
      expect(streams).toHaveLength(before);
      jest.advanceTimersByTime(1);
      expect(streams).toHaveLength(before + 1);
    }
    expect(told()).toMatchObject({ isRead: true, error: { message: 'down' } });

    last().say.next(EVENTS[1]);
    expect(told()).toEqual({
      events: EVENTS.slice(0, 2),
      isRead: true,
      error: undefined,
    });
  });

  it('makes nothing of a quiet stream that is cut now and then', () => {
    const { last, told } = setUp();
    last().say.next(EVENTS[0]);
    for (let times = 0; times < 3; times += 1) {
      jest.advanceTimersByTime(60_000);
      last().say.error(new Error('cut'));
      expect(told().error).toBeUndefined();
      jest.advanceTimersByTime(1_000);
    }
  });

  it('is silent once it is closed', () => {
    const { reader, streams, last, told } = setUp();
    last().say.error(new Error('down'));
    reader.close();
    jest.advanceTimersByTime(60_000);
    expect(told()).toBeUndefined();
    expect(streams).toHaveLength(1);
  });
});
