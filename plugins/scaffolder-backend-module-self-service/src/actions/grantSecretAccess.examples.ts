import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of an access; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Let a team read a secret',
    example: stringify({
      steps: [
        {
          id: 'grant',
          name: 'Give access',
          action: 'secret:grant-access',
          // As a template has it: ${{ parameters.path }}
          input: { path: 'databases/orders', team: 'group:default/payments' },
        },
      ],
    }),
  },
];
