import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the pull request; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Propose the files that an earlier step has rendered',
    example: stringify({
      steps: [
        {
          id: 'pull-request',
          name: 'Open the pull request',
          action: 'git:pull-request:create',
          input: {
            repoUrl: 'myorg/infrastructure',
            branchName: 'db-orders',
            title: 'Provision database: orders',
            description: 'A small PostgreSQL database for dev.',
          },
        },
      ],
    }),
  },
  {
    description: 'Propose one folder of the workspace, under another path',
    example: stringify({
      steps: [
        {
          id: 'pull-request',
          name: 'Open the pull request',
          action: 'git:pull-request:create',
          input: {
            repoUrl: 'github.com?owner=myorg&repo=infrastructure',
            branchName: 'db-orders',
            targetBranchName: 'main',
            title: 'Provision database: orders',
            commitMessage: 'Provision database orders',
            sourcePath: 'terraform',
            targetPath: 'databases/orders',
          },
        },
      ],
    }),
  },
];
