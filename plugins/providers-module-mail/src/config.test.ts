import { mockServices } from '@backstage/backend-test-utils';
import { readMailConfig } from './config';

const read = (mail: object) =>
  readMailConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          mail: {
            url: 'smtp://mail.example.com',
            from: 'portal@example.com',
            ...mail,
          },
        },
      },
    }),
  );

describe('readMailConfig', () => {
  it.each([
    [{}, { host: 'mail.example.com', port: 587, encryption: 'starttls' }],
    [
      { url: 'smtps://mail.example.com' },
      { host: 'mail.example.com', port: 465, encryption: 'tls' },
    ],
    [
      { url: 'smtp://[::1]:2525', tls: 'none' },
      { host: '::1', port: 2525, encryption: 'none' },
    ],
    [
      { from: '"Self-Service" <portal@example.com>' },
      { from: { name: 'Self-Service', address: 'portal@example.com' } },
    ],
    [
      { username: 'portal', password: 'hidden' },
      { credentials: { username: 'portal', password: 'hidden' } },
    ],
  ])('reads %j', (mail, expected) => {
    expect(read(mail)).toMatchObject(expected);
  });

  it.each([
    [{ url: 'http://mail.example.com' }],
    [{ url: 'mail.example.com:25' }],
    [{ url: 'smtps://mail.example.com', tls: 'none' }],
    [{ tls: 'optional' }],
    [{ from: 'nobody' }],
    [{ username: 'portal' }],
  ])('refuses %j', mail => {
    expect(() => read(mail)).toThrow('providers.mail');
  });
});
