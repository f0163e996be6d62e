import { render, screen } from '@testing-library/react';
import App from './App';

describe('App', () => {
  it('asks who you are, with the company sign-in and no guest', async () => {
    jest
      .spyOn(window, 'fetch')
      .mockResolvedValue(new Response('{}', { status: 401 }));
    process.env = {
      ...process.env,
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          data: {
            app: { title: 'Test' },
            auth: { environment: 'test' },
            backend: { baseUrl: 'http://localhost:7007' },
          },
          context: 'test',
        },
      ] as unknown as string,
    };

    render(App.createRoot());

    expect(await screen.findByText('Company sign-in')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Sign In' })).toBeEnabled();
    expect(screen.queryByText(/guest/i)).toBeNull();
  });
});
