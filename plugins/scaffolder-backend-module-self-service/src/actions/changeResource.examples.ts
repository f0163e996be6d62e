import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of a change; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Begin to change what another run has made',
    example: stringify({
      steps: [
        {
          id: 'resource',
          name: 'Look at the database',
          action: 'resource:change',
          // As a template has it: ${{ parameters.resource }}
          input: { resource: 'ad5a3bb0-4c9c-4a08-9a05-3a3a3f0a6f1e' },
        },
      ],
    }),
  },
];
