import { HttpClient } from '@self-service/plugin-providers-node';
import { describeTicketingProviderContract } from '@self-service/plugin-providers-node/testing';
import { Desk } from './__testUtils__/Desk';
import { ExampleDeskProvider } from './ExampleDeskProvider';

describeTicketingProviderContract(
  'Example Desk',
  async () => {
    const desk = await Desk.start();
    const provider = new ExampleDeskProvider(
      desk.address,
      desk.token,
      HttpClient.create({
        vendor: 'Example Desk',
        timeoutMilliseconds: 1_000,
        retries: 0,
      }),
    );
    return {
      provider,
      queue: 'OPS',
      titles: async () => desk.tickets.map(({ title }) => title),
      comments: async reference =>
        desk.comments
          .filter(({ key }) => key === reference.key)
          .map(({ text }) => text),
      createByHand: async title => ({
        provider: provider.id,
        key: desk.add({ queue: 'OPS', title }).key,
      }),
      putIntoUnknownState: async ({ key }) => {
        desk.tickets.find(ticket => ticket.key === key)!.status = 'Asleep';
      },
      faults: desk.faults,
      canary: desk.token,
      stop: () => desk.stop(),
    };
  },
  { features: [] },
);
