import { act, renderHook, waitFor } from '@testing-library/react';
import { useLiveQuery } from './useLiveQuery';

function renderQuery(load: () => Promise<number>) {
  return renderHook(
    ({ signal }: { signal: unknown }) =>
      useLiveQuery(load, { everyMilliseconds: 60_000, signal }),
    { initialProps: { signal: undefined as unknown } },
  );
}

describe('useLiveQuery', () => {
  it('asks again on each signal and on focus', async () => {
    let answer = 0;
    const { result, rerender } = renderQuery(async () => ++answer);
    await waitFor(() => expect(result.current.value).toBe(1));

    rerender({ signal: {} });
    await waitFor(() => expect(result.current.value).toBe(2));

    act(() => {
      window.dispatchEvent(new Event('focus'));
    });
    await waitFor(() => expect(result.current.value).toBe(3));
  });

  it('asks again slowly in between', async () => {
    jest.useFakeTimers();
    try {
      let answer = 0;
      const { result } = renderQuery(async () => ++answer);
      await act(() => jest.advanceTimersByTimeAsync(0));
      expect(result.current.value).toBe(1);

      await act(() => jest.advanceTimersByTimeAsync(60_000));

      expect(result.current.value).toBe(2);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps the last answer while a later question fails', async () => {
    const load = jest
      .fn<Promise<number>, []>()
      .mockResolvedValueOnce(1)
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValueOnce(2);
    const { result } = renderQuery(load);
    await waitFor(() => expect(result.current.value).toBe(1));

    await act(() => result.current.refresh());
    expect(result.current).toMatchObject({
      value: 1,
      error: { message: 'away' },
    });

    await act(() => result.current.refresh());
    expect(result.current.value).toBe(2);
    expect(result.current.error).toBeUndefined();
  });

  it('drops the answer to a question that was overtaken', async () => {
    let answerFirst = (_: number) => {};
    const load = jest
      .fn<Promise<number>, []>()
      .mockImplementationOnce(
        () =>
          new Promise(resolve => {
            answerFirst = resolve;
          }),
      )
      .mockResolvedValueOnce(2);
    const { result } = renderQuery(load);

    await act(() => result.current.refresh());
    await act(async () => answerFirst(1));

    expect(result.current.value).toBe(2);
  });
});
