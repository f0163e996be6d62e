import { MemoryTicketing } from '../__testUtils__/MemoryTicketing';
import { describeTicketingProviderContract } from './describeTicketingProviderContract';

describeTicketingProviderContract(
  'a reference in memory',
  async () => {
    const vendor = new MemoryTicketing();
    return {
      provider: vendor,
      queue: 'OPS',
      titles: async () => vendor.tickets().map(({ title }) => title),
      comments: async ({ key }) => vendor.commentsOf(key),
      createByHand: async title => vendor.createByHand(title),
      putIntoUnknownState: async reference =>
        vendor.nameState(reference, 'Asleep'),
      notify: async reference => vendor.notify(reference),
      faults: vendor.faults,
      canary: vendor.canary,
      stop: async () => {},
    };
  },
  { features: ['webhooks'] },
);
