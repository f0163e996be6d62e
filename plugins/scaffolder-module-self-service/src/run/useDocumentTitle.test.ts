import { renderHook, waitFor } from '@testing-library/react';
import { useDocumentTitle } from './useDocumentTitle';

describe('useDocumentTitle', () => {
  beforeEach(() => {
    document.title = 'Portal';
  });

  it('follows the title, and gives back the one from before', () => {
    const { rerender, unmount } = renderHook(
      ({ title }: { title?: string }) => useDocumentTitle(title),
      { initialProps: {} },
    );
    expect(document.title).toBe('Portal');

    rerender({ title: '● Running – orders' });
    expect(document.title).toBe('● Running – orders');
    rerender({ title: '✓ Completed – orders' });
    expect(document.title).toBe('✓ Completed – orders');

    unmount();
    expect(document.title).toBe('Portal');
  });

  it('stands against an older title that another brings back', async () => {
    renderHook(() => useDocumentTitle('✓ Completed – orders'));

    document.title = '(1) ● Running – orders';

    await waitFor(() => expect(document.title).toBe('✓ Completed – orders'));
  });

  it('leaves the count of unread notifications in front', async () => {
    jest.useFakeTimers();
    renderHook(() => useDocumentTitle('✓ Completed – orders'));

    document.title = '(2) ✓ Completed – orders';
    await jest.advanceTimersByTimeAsync(1_000);

    expect(document.title).toBe('(2) ✓ Completed – orders');
    jest.useRealTimers();
  });
});
