import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of an extension; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Move the end of what another run has made',
    example: stringify({
      steps: [
        {
          id: 'extend',
          name: 'Extend it',
          action: 'resource:extend',
          // As a template has it: ${{ parameters.resource }}
          input: {
            resource: 'ad5a3bb0-4c9c-4a08-9a05-3a3a3f0a6f1e',
            until: '2027-01-31',
          },
        },
      ],
    }),
  },
];
