import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { renderCards } from '../__testUtils__/renderCards';

describe('TemplateCard', () => {
  it('shows how the template went, asking once for all cards', async () => {
    const { formApi, choose } = renderCards(['database', 'other']);

    const card = await screen.findByRole('article', {
      name: 'Title of database',
    });
    expect(
      await screen.findByText(
        'Usually done in 42 s · 100 % of 1 run succeeded',
      ),
    ).toBeInTheDocument();
    expect(card).toHaveTextContent('Usually done in 42 s');
    expect(card).toHaveTextContent('A database');
    expect(card).toHaveTextContent('Owned by platform-team');
    expect(
      screen.getByRole('article', { name: 'Title of other' }),
    ).toHaveTextContent('Not used in the last 90 days');
    expect(formApi.listStatistics).toHaveBeenCalledTimes(1);

    await userEvent.click(screen.getAllByRole('button', { name: 'Choose' })[0]);
    expect(choose).toHaveBeenCalledTimes(1);
  });
});
