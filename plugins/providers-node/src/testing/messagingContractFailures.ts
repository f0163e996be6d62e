import {
  describeFailures,
  repeatAfterUnknownOutcomes,
} from './describeFailures';
import type { MessagingProviderFixture } from './describeMessagingProviderContract';
import { ProviderFault } from './providerFaults';

/** Vendors in trouble; part of the messaging contract. */
export function describeMessagingFailures(
  fixture: () => MessagingProviderFixture,
  options: {
    hasThreads: boolean;
    overrides?: Partial<Record<ProviderFault, string>>;
  },
): void {
  let sent = 0;
  const hello = (messageKey: string) => ({
    message: { title: `Hello ${messageKey}` },
    messageKey,
  });
  const count = async (words: string) => {
    const { person, read } = fixture();
    return (await read({ person })).filter(({ text }) => text.includes(words))
      .length;
  };

  describeFailures(async () => {
    const { provider, person, faults, canary } = fixture();
    sent += 1;
    const messageKey = `failing-${sent}`;
    return {
      faults,
      canary,
      read: () =>
        provider.sendMessage({ to: { person }, ...hello(messageKey) }),
    };
  }, options.overrides);

  it('sends nothing twice when nobody knows what became of it', async () => {
    const { provider, person, faults } = fixture();
    const cuts = await repeatAfterUnknownOutcomes(
      faults,
      attempt =>
        provider.sendMessage({ to: { person }, ...hello(`lost-${attempt}.`) }),
      async (reference, attempt) => {
        expect(reference.provider).toBe(provider.id);
        expect(await count(`Hello lost-${attempt}.`)).toBe(1);
      },
    );
    expect(cuts).toBeGreaterThan(0);
  });

  if (options.hasThreads) {
    it('replies once when nobody knows what became of it', async () => {
      const { provider, person, faults } = fixture();
      const first = await provider.sendMessage({
        to: { person },
        ...hello('lost thread'),
      });
      const cuts = await repeatAfterUnknownOutcomes(
        faults,
        attempt => provider.reply(first, hello(`lost-reply-${attempt}.`)),
        async (reference, attempt) => {
          expect(reference.thread).toBe(first.message);
          expect(await count(`Hello lost-reply-${attempt}.`)).toBe(1);
        },
      );
      expect(cuts).toBeGreaterThan(0);
    });
  }

  it.each([401, 'cut'] as const)(
    'says in its health what is wrong: %s',
    async fault => {
      const { provider, faults, canary } = fixture();
      faults.set(fault);
      const health = await provider.checkHealth();
      expect(faults.clear()).toBe(true);
      expect(health).toMatchObject({
        status: fault === 401 ? 'failing' : 'degraded',
        description: expect.stringMatching(/\S/),
        problem: {
          whose: fault === 401 ? 'platform' : 'vendor',
          vendor: provider.vendor,
        },
      });
      expect(JSON.stringify(health)).not.toContain(canary);
    },
  );
}
