import { screen } from '@testing-library/react';
import { renderCards } from '../__testUtils__/renderCards';

// In a file of its own: answers about permissions are kept for a while.
describe('TemplateCard', () => {
  it('lets only those choose it who may start runs', async () => {
    renderCards(['database'], false);

    expect(
      await screen.findByRole('article', { name: 'Title of database' }),
    ).toHaveTextContent('resource');
    expect(screen.queryByRole('button', { name: 'Choose' })).toBeNull();
  });
});
