import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of having directories planned; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description:
      'Have the directory planned that the next pull request adds, whatever the vendor needs for it',
    example: stringify({
      steps: [
        {
          id: 'plan',
          name: 'Have it planned',
          action: 'terraform:plan',
          input: {
            repoUrl: 'myorg/infrastructure',
            directories: ['databases/orders'],
          },
        },
      ],
    }),
  },
];
