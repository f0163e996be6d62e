import { act, renderHook } from '@testing-library/react';
import { useAnswer } from './useAnswer';

const signals: AbortSignal[] = [];

function renderQuestion(
  ask: (question: string, signal: AbortSignal) => Promise<string>,
) {
  return renderHook(
    ({ question }: { question: string }) =>
      useAnswer(question, signal => {
        signals.push(signal);
        return ask(question, signal);
      }),
    { initialProps: { question: 'a' } },
  );
}

async function pass(milliseconds: number) {
  await act(() => jest.advanceTimersByTimeAsync(milliseconds));
}

describe('useAnswer', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    signals.length = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('asks at once, then only when a change has settled', async () => {
    const ask = jest.fn(async (question: string) => `answer to ${question}`);
    const { result, rerender } = renderQuestion(ask);
    await pass(0);
    expect(result.current).toMatchObject({
      value: 'answer to a',
      isCurrent: true,
      isAsking: false,
    });

    rerender({ question: 'ab' });
    await pass(299);
    rerender({ question: 'abc' });
    await pass(299);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(result.current).toMatchObject({
      value: 'answer to a',
      isCurrent: false,
      isAsking: true,
    });

    await pass(1);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(result.current).toMatchObject({
      value: 'answer to abc',
      isCurrent: true,
    });
  });

  it('breaks a question off that is overtaken, and drops its answer', async () => {
    const answers: ((answer: string) => void)[] = [];
    const { result, rerender } = renderQuestion(
      () => new Promise<string>(resolve => answers.push(resolve)),
    );
    await pass(0);
    rerender({ question: 'ab' });
    await pass(300);

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await act(async () => answers[1]('newer'));
    await act(async () => answers[0]('older'));
    expect(result.current.value).toBe('newer');
  });

  it('keeps the last answer while a later question fails', async () => {
    const ask = jest
      .fn<Promise<string>, []>()
      .mockResolvedValueOnce('first')
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValueOnce('second');
    const { result, rerender } = renderQuestion(ask);
    await pass(0);
    rerender({ question: 'ab' });
    await pass(300);
    expect(result.current).toMatchObject({
      value: 'first',
      isCurrent: false,
      isAsking: false,
      error: { message: 'away' },
    });

    act(() => result.current.askAgain());
    await pass(300);
    expect(result.current).toMatchObject({ value: 'second', error: undefined });
  });

  it('gives up after 10 s', async () => {
    const { result } = renderQuestion(() => new Promise(() => {}));
    await pass(10_000);

    expect(signals[0].aborted).toBe(true);
    expect(result.current).toMatchObject({
      isAsking: false,
      error: { message: 'no answer within 10 s' },
    });
  });
});
