import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of waiting for conditions; tests execute them. */
export const conditionExamples: TemplateExample[] = [
  {
    description: 'Wait until a new service answers that it is healthy',
    example: stringify({
      steps: [
        {
          id: 'healthy',
          name: 'Wait until it is healthy',
          action: 'wait:for-condition',
          input: {
            condition: 'http',
            with: {
              url: 'https://deployments.example.com/orders',
              pointer: '/status',
              equals: 'healthy',
              fails: ['failed'],
            },
            timeout: { hours: 1 },
          },
        },
      ],
    }),
  },
];

/** Examples of waiting for a merge; tests execute them. */
export const mergeExamples: TemplateExample[] = [
  {
    description: 'Go on when people have merged a pull request',
    example: stringify({
      steps: [
        {
          id: 'merged',
          name: 'Wait for the merge',
          action: 'git:pull-request:wait-for-merge',
          // As a template has it: ${{ steps['create-pr'].output.prUrl }}
          input: {
            prUrl: 'https://github.com/myorg/infrastructure/pull/1',
            timeout: { days: 7 },
          },
        },
      ],
    }),
  },
];
