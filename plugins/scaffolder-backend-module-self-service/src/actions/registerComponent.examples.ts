import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the registration; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description:
      'Register what a new repository describes; the run goes on without it if that fails',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Register in the catalog',
          action: 'catalog:register-component',
          onFailure: { retry: { attempts: 3 }, then: 'skip' },
          input: {
            repoContentsUrl: 'https://github.com/myorg/orders/blob/main',
          },
        },
      ],
    }),
  },
  {
    description: 'Register a file by its address',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Register in the catalog',
          action: 'catalog:register-component',
          input: {
            catalogInfoUrl:
              'https://github.com/myorg/orders/blob/main/catalog-info.yaml',
          },
        },
      ],
    }),
  },
];
