import { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Examples of the notification; tests execute them. */
export const examples: TemplateExample[] = [
  {
    description: 'Tell the requester; the run goes on if that fails',
    example: stringify({
      steps: [
        {
          id: 'notify',
          name: 'Tell you',
          action: 'notify',
          onFailure: 'skip',
          input: { title: 'Your service orders is ready' },
        },
      ],
    }),
  },
  {
    description: 'Tell the owning team, with a page to look at',
    example: stringify({
      steps: [
        {
          id: 'notify',
          name: 'Tell the team',
          action: 'notify',
          input: {
            to: 'team',
            title: 'Service orders is ready',
            description: 'Its credentials are in the vault.',
            link: '/catalog/default/component/orders',
          },
        },
      ],
    }),
  },
  {
    description: 'Tell the requester and a channel, in chat or by mail',
    example: stringify({
      steps: [
        {
          id: 'notify',
          name: 'Tell everybody',
          action: 'notify',
          onFailure: 'skip',
          input: {
            title: 'Service orders is ready',
            link: '/catalog/default/component/orders',
            channel: 'deployments',
          },
        },
      ],
    }),
  },
];
