import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import { RateLimit } from './RateLimit';

const HOUR = 3_600_000;

function render(rateLimit: {
  limit: number;
  remaining: number;
  resetsAt?: string;
}) {
  renderInTestApp(<RateLimit name="Rate limit" rateLimit={rateLimit} />);
  return screen.findByRole('meter', { name: 'Rate limit' });
}

describe('RateLimit', () => {
  it('says how much is left and when it is whole again', async () => {
    const resetsAt = new Date(Date.now() + HOUR / 2).toISOString();
    const meter = await render({ limit: 5000, remaining: 3750, resetsAt });

    expect(meter).toHaveAttribute('aria-valuenow', '3750');
    expect(meter).toHaveAttribute('aria-valuemax', '5000');
    expect(meter.firstElementChild).toHaveStyle({ width: '75%' });
    expect(meter.parentElement).toHaveTextContent(
      /^3,750 of 5,000 requests left, whole again in 30 minutes$/,
    );
  });

  it.each([
    [60, 'Running low: 60 of 5,000 requests left'],
    [0, 'Used up: 0 of 5,000 requests left'],
    [1000, '1,000 of 5,000 requests left'],
  ])('says of %d left of 5000: %s', async (remaining, words) => {
    const meter = await render({ limit: 5000, remaining });

    expect(meter.parentElement?.textContent).toBe(words);
  });

  it.each([
    [-HOUR, '0 of 10 requests left, whole again by now'],
    [20_000, 'Used up: 0 of 10 requests left, whole again in a moment'],
  ])('says of a budget that is whole in %d ms: %s', async (distance, words) => {
    const resetsAt = new Date(Date.now() + distance).toISOString();
    const meter = await render({ limit: 10, remaining: 0, resetsAt });

    expect(meter.parentElement?.textContent).toBe(words);
  });

  it.each([
    [0, 0, '0%'],
    [10, 12, '100%'],
  ])(
    'draws %d requests with %d left as %s',
    async (limit, remaining, width) => {
      const meter = await render({ limit, remaining });

      expect(meter.firstElementChild).toHaveStyle({ width });
    },
  );
});
