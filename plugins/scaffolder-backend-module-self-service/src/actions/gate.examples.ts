import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the gate; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Decide before anything is created',
    example: stringify({
      steps: [{ id: 'approval', name: 'Approval', action: 'approval:request' }],
    }),
  },
  {
    description: 'Decide on a pull request and its plan',
    example: stringify({
      steps: [
        {
          id: 'approval',
          name: 'Approval',
          action: 'approval:request',
          input: { prUrl: 'https://github.com/myorg/infrastructure/pull/1' },
        },
      ],
    }),
  },
];
