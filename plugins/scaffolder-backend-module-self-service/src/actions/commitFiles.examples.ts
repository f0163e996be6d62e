import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the commit; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Add what an earlier step has rendered to the default branch',
    example: stringify({
      steps: [
        {
          id: 'commit',
          name: 'Add the service to the list',
          action: 'git:commit',
          input: {
            repoUrl: 'myorg/service-list',
            commitMessage: 'Add the service orders',
            sourcePath: 'terraform',
            targetPath: 'services/orders',
          },
        },
      ],
    }),
  },
  {
    description: 'Commit all of the workspace onto another branch',
    example: stringify({
      steps: [
        {
          id: 'commit',
          name: 'Configure the environment',
          action: 'git:commit',
          input: {
            repoUrl: 'github.com?owner=myorg&repo=environments',
            branchName: 'staging',
            commitMessage: 'Configure orders in staging',
          },
        },
      ],
    }),
  },
];
