import { ConfigReader } from '@backstage/config';
import { readDefaultGitHost } from './defaultGitHost';

it.each([
  [{}, undefined],
  [{ integrations: { github: [{ host: 'github.com' }] } }, 'github.com'],
  [{ integrations: { gitlab: [{ token: 'x' }] } }, 'gitlab.com'],
  [
    {
      integrations: {
        github: [{ host: 'github.com' }],
        gitlab: [{ host: 'git.example.com' }],
      },
    },
    undefined,
  ],
  [
    {
      providers: { defaultGitHost: 'git.example.com' },
      integrations: { github: [{ host: 'github.com' }] },
    },
    'git.example.com',
  ],
])('tells the git host of %j', (config, host) => {
  expect(readDefaultGitHost(new ConfigReader(config))).toBe(host);
});
