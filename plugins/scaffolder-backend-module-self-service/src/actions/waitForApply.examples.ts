import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the wait for an apply; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Apply a pull request and wait for it',
    example: stringify({
      steps: [
        {
          id: 'wait-for-apply',
          name: 'Apply',
          action: 'terraform:wait-for-apply',
          input: { prUrl: 'https://github.com/myorg/infrastructure/pull/1' },
        },
      ],
    }),
  },
  {
    description: 'Wait for an apply that somebody else starts',
    example: stringify({
      steps: [
        {
          id: 'wait-for-apply',
          name: 'Wait for the apply',
          action: 'terraform:wait-for-apply',
          input: {
            prUrl: 'https://github.com/myorg/infrastructure/pull/1',
            apply: false,
          },
        },
      ],
    }),
  },
];
