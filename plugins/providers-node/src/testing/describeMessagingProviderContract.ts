import {
  MessageDelivery,
  MESSAGING_FEATURES,
  MessagePerson,
  MessageRecipient,
  MessageReference,
  MessagingFeature,
  MessagingProvider,
} from '../messaging';
import { describeMessagingAnswers } from './messagingContractAnswers';
import { describeMessagingFeatures } from './messagingContractFeatures';
import { describeMessagingFailures } from './messagingContractFailures';
import { ProviderFault, ProviderFaults } from './providerFaults';

/** A message as its recipient sees it. @public */
export interface SeenMessage {
  /** The vendor's id. */
  id: string;
  /** Everything that can be read, addresses of links included. */
  text: string;
  /** The vendor's id of the message whose thread it is in. */
  thread?: string;
  /** What can be pressed. */
  buttons: string[];
}

/** What the messaging suite needs of a vendor. @public */
export interface MessagingProviderFixture {
  provider: MessagingProvider;
  /** Known to the vendor. */
  person: MessagePerson;
  /** Not known to it. */
  stranger: MessagePerson;
  /** A channel that the provider may write to; with the feature `channels`. */
  channel?: string;
  /** What arrived, oldest first, by other means than the provider. */
  read(recipient: MessageRecipient): Promise<SeenMessage[]>;
  /**
   * What the vendor would send when the person presses a button; with the
   * feature `answers`. `ageSeconds` is how long ago it was signed: less than
   * nothing is in the future.
   */
  press?(
    reference: MessageReference,
    options: { action: string; ageSeconds?: number },
  ): Promise<MessageDelivery>;
  /**
   * What the vendor would send when the person fills in the dialog that they
   * see; with the feature `answers`.
   */
  comment?(words: string): Promise<MessageDelivery>;
  faults: ProviderFaults;
  /** The credentials' secret part: no error may hold it. */
  canary: string;
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/** @public */
export interface MessagingContractOptions {
  features: readonly MessagingFeature[];
  /** Where the vendor's protocol can't tell, as of `describeFailures`. */
  failures?: Partial<Record<ProviderFault, string>>;
}

const FULL_MESSAGE = {
  title: 'Approve <orders> & co',
  severity: 'high',
  summary: 'Dana asks for *a database*.',
  facts: [
    { label: 'Environment', value: 'production' },
    { label: 'Cost', value: '150 USD' },
  ],
  sections: [
    { heading: 'Why you', text: 'First line\nsecond line' },
    { text: '<!channel> @here `code` & _more_' },
  ],
  link: { label: 'Decide', url: 'https://portal.example.com/approvals/1?a=b' },
  links: [{ label: 'Plan', url: 'https://git.example.com/pull/7' }],
} as const;

/**
 * The contract that every messaging provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a vendor, real or a stand-in, once for the suite
 * @param options - what the provider promises
 * @public
 */
export function describeMessagingProviderContract(
  name: string,
  setup: () => Promise<MessagingProviderFixture>,
  options: MessagingContractOptions,
): void {
  const has = (feature: MessagingFeature) => options.features.includes(feature);
  const hello = (messageKey: string) => ({
    message: { title: `Hello ${messageKey}` },
    messageKey,
  });

  describe(`messaging provider contract: ${name}`, () => {
    let fixture: MessagingProviderFixture;

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });
    afterEach(() => {
      fixture?.faults.clear();
    });

    async function titled(to: MessageRecipient, text: string) {
      return (await fixture.read(to)).filter(seen => seen.text.includes(text));
    }

    it('says who it is and what it can do', () => {
      const { provider } = fixture;
      expect(provider.capability).toBe('messaging');
      expect(provider.id).toMatch(/^[a-z]/);
      expect(provider.vendor).toMatch(/\S/);
      expect(provider.endpoint).toMatch(/^\w+:\/\//);
      expect([...provider.features].sort()).toEqual(
        [...options.features].sort(),
      );
      expect(MESSAGING_FEATURES).toEqual(
        expect.arrayContaining([...provider.features]),
      );
    });

    it('is well, and leaves nothing behind when asked', async () => {
      const { provider, person, read } = fixture;
      const before = await read({ person });
      expect(await provider.checkHealth()).toMatchObject({ status: 'ok' });
      expect(await read({ person })).toEqual(before);
    });

    it('tells a person all of it, as it was written', async () => {
      const { provider, person } = fixture;
      const reference = await provider.sendMessage({
        to: { person },
        message: {
          ...FULL_MESSAGE,
          facts: [...FULL_MESSAGE.facts],
          sections: [...FULL_MESSAGE.sections],
          links: [...FULL_MESSAGE.links],
        },
        messageKey: 'full',
      });
      expect(reference).toEqual({
        provider: provider.id,
        conversation: expect.any(String),
        message: expect.any(String),
      });
      expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
      const [seen, ...others] = await titled({ person }, 'Dana asks for');
      expect(others).toEqual([]);
      expect(seen.id).toBe(reference.message);
      for (const words of [
        FULL_MESSAGE.title,
        FULL_MESSAGE.summary,
        ...FULL_MESSAGE.facts.flatMap(({ label, value }) => [label, value]),
        FULL_MESSAGE.sections[0].heading,
        FULL_MESSAGE.sections[0].text,
        FULL_MESSAGE.sections[1].text,
        FULL_MESSAGE.link.label,
        FULL_MESSAGE.link.url,
        FULL_MESSAGE.links[0].url,
      ]) {
        expect(seen.text).toContain(words);
      }
    });

    it('sends what is too long for the vendor cut short, not at all', async () => {
      const { provider, person } = fixture;
      await provider.sendMessage({
        to: { person },
        message: {
          title: `Long ${'t'.repeat(400)}`,
          summary: 's'.repeat(10_000),
          facts: Array.from({ length: 30 }, (_, index) => ({
            label: `Label ${index}`,
            value: 'v'.repeat(3_000),
          })),
          sections: Array.from({ length: 60 }, () => ({
            text: 'x'.repeat(100),
          })),
          link: { label: 'All of it', url: 'https://portal.example.com/all' },
        },
        messageKey: 'long',
      });
      const [seen] = await titled({ person }, 'Long ttt');
      // What leads to the rest is never what is cut.
      expect(seen.text).toContain('https://portal.example.com/all');
    });

    it('sends once for a key, and twice for two', async () => {
      const { provider, person } = fixture;
      const to = { person };
      const first = await provider.sendMessage({
        to,
        ...hello('once'),
        isFirstAttempt: true,
      });
      expect(await provider.sendMessage({ to, ...hello('once') })).toEqual(
        first,
      );
      expect(await titled(to, 'Hello once')).toHaveLength(1);
      const other = await provider.sendMessage({
        to,
        message: { title: 'Hello once' },
        messageKey: 'another',
      });
      expect(other.message).not.toBe(first.message);
      expect(await titled(to, 'Hello once')).toHaveLength(2);
    });

    it('does not know a stranger', async () => {
      const { provider, stranger } = fixture;
      await expect(
        provider.sendMessage({ to: { person: stranger }, ...hello('nobody') }),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    });

    it.each(['', 'no address', 'a@b.example.com\r\nBcc: c@example.com'])(
      'refuses the address %j',
      async email => {
        await expect(
          fixture.provider.sendMessage({
            to: { person: { email } },
            ...hello('bad'),
          }),
        ).rejects.toMatchObject({ name: 'InputError' });
      },
    );

    it('stops when the caller gives up', async () => {
      const { provider, person } = fixture;
      await expect(
        provider.sendMessage({
          to: { person },
          ...hello('aborted'),
          signal: AbortSignal.abort(new Error('given up')),
        }),
      ).rejects.toThrow('given up');
      expect(await titled({ person }, 'Hello aborted')).toEqual([]);
    });

    describeMessagingFeatures(() => fixture, options.features);
    describeMessagingAnswers(() => fixture, has('answers'));
    describeMessagingFailures(() => fixture, {
      hasThreads: has('threads'),
      overrides: options.failures,
    });
  });
}
