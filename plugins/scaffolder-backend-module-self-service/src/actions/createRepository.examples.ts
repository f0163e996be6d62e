import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the repository; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Start a service with the files of a template repository',
    example: stringify({
      steps: [
        {
          id: 'create-repository',
          name: 'Create the repository',
          action: 'git:repository:create',
          onFailure: { retry: { attempts: 3, delay: 5 } },
          input: {
            repoUrl: 'github.com?owner=myorg&repo=orders',
            templateRepoUrl: 'github.com?owner=myorg&repo=service-template',
            description: 'Takes orders',
            sourcePath: 'repository',
          },
        },
      ],
    }),
  },
  {
    description: 'Start a service whose team may push to it',
    example: stringify({
      steps: [
        {
          id: 'create-repository',
          name: 'Create the repository',
          action: 'git:repository:create',
          input: {
            repoUrl: 'github.com?owner=myorg&repo=orders',
            templateRepoUrl: 'github.com?owner=myorg&repo=service-template',
            team: 'group:default/payments',
            permission: 'write',
          },
        },
      ],
    }),
  },
  {
    description:
      'Create an empty repository that everybody of the company sees',
    example: stringify({
      steps: [
        {
          id: 'create-repository',
          name: 'Create the repository',
          action: 'git:repository:create',
          input: {
            repoUrl: 'github.com?owner=myorg&repo=orders',
            visibility: 'internal',
          },
        },
      ],
    }),
  },
];
