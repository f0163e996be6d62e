import {
  TicketDelivery,
  TicketingFeature,
  TicketingProvider,
  TICKETING_FEATURES,
  TicketReference,
} from '../ticketing';
import {
  describeFailures,
  repeatAfterUnknownOutcomes,
} from './describeFailures';
import { ProviderFault, ProviderFaults } from './providerFaults';

/** What the ticketing suite needs of a vendor. @public */
export interface TicketingProviderFixture {
  provider: TicketingProvider;
  /** In which the provider may create tickets. */
  queue: string;
  /** Titles of the queue's tickets, by other means than the provider. */
  titles(): Promise<string[]>;
  /** A ticket's comments, oldest first, likewise. */
  comments(reference: TicketReference): Promise<string[]>;
  /** What a person has made in the queue by hand. */
  createByHand(title: string): Promise<TicketReference>;
  /** Puts it into a state that the provider has never heard of. */
  putIntoUnknownState(reference: TicketReference): Promise<void>;
  /** What the vendor would send when it changes; with `webhooks`. */
  notify?(reference: TicketReference): Promise<TicketDelivery>;
  faults: ProviderFaults;
  /** The credentials' secret part: no error may hold it. */
  canary: string;
  /** Ends what the fixture has started. */
  stop(): Promise<void>;
}

/** @public */
export interface TicketingContractOptions {
  features: readonly TicketingFeature[];
  /** Where the vendor can't tell, as of `describeFailures`. */
  failures?: Partial<Record<ProviderFault, string>>;
}

/**
 * The contract that every ticketing provider fulfils, as a jest suite.
 *
 * @param name - of the provider
 * @param setup - starts a vendor, real or a stand-in, once for the suite
 * @param options - what the provider promises
 * @public
 */
export function describeTicketingProviderContract(
  name: string,
  setup: () => Promise<TicketingProviderFixture>,
  options: TicketingContractOptions,
): void {
  describe(`ticketing provider contract: ${name}`, () => {
    let fixture: TicketingProviderFixture;

    beforeAll(async () => {
      fixture = await setup();
    }, 60_000);
    afterAll(async () => {
      await fixture?.stop();
    });
    afterEach(() => {
      fixture?.faults.clear();
    });

    const create = (title: string, runKey = 'run-1') =>
      fixture.provider.createTicket({
        queue: fixture.queue,
        title,
        description: 'First line\n<b>second</b> *line*',
        runKey,
      });
    const count = async (title: string) =>
      (await fixture.titles()).filter(other => other === title).length;
    const nowhere = (): TicketReference => ({
      provider: fixture.provider.id,
      key: 'NONE-404',
    });
    const notFound = { name: 'NotFoundError' };

    it('says who it is and what it can do', async () => {
      const { provider } = fixture;
      expect(provider.capability).toBe('ticketing');
      expect([...provider.features].sort()).toEqual(
        [...options.features].sort(),
      );
      expect(TICKETING_FEATURES).toEqual(
        expect.arrayContaining([...provider.features]),
      );
      expect(await provider.checkHealth()).toMatchObject({ status: 'ok' });
    });

    it('creates a ticket and finds it', async () => {
      const ticket = await create('Open the firewall');
      expect(ticket).toEqual({
        reference: {
          provider: fixture.provider.id,
          key: expect.stringMatching(/\S/),
        },
        url: expect.stringMatching(/^https?:/),
        title: 'Open the firewall',
        state: 'open',
        stateName: expect.stringMatching(/\S/),
        createdBy: 'run-1',
        updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      expect(await fixture.provider.findTicket(ticket.reference)).toEqual(
        ticket,
      );
      expect(await fixture.provider.findTicket(nowhere())).toBeUndefined();
    });

    it('creates once for a run, whatever has become of the ticket', async () => {
      const first = await create('Once', 'run-once');
      await fixture.provider.moveTicket(first.reference, { state: 'done' });
      expect(await create('Once', 'run-once')).toMatchObject({
        reference: first.reference,
        state: 'done',
      });
      expect(await count('Once')).toBe(1);
      // Tickets have no names that could be taken.
      await create('Once', 'run-twice');
      expect(await count('Once')).toBe(2);
    });

    it('knows no other queue', async () => {
      await expect(
        fixture.provider.createTicket({
          queue: 'NOQUEUE',
          title: 'Nowhere',
          description: '',
          runKey: 'run-nowhere',
        }),
      ).rejects.toMatchObject(notFound);
    });

    it('comments once for a key', async () => {
      const { provider, comments } = fixture;
      const { reference } = await create('Commented', 'run-comment');
      const comment = { text: 'Applied:\n<b>done</b>', commentKey: 'one' };
      await provider.addComment(reference, comment);
      await provider.addComment(reference, comment);
      await provider.addComment(reference, { text: 'More', commentKey: 'two' });
      expect(await comments(reference)).toEqual([comment.text, 'More']);
      await expect(
        provider.addComment(nowhere(), comment),
      ).rejects.toMatchObject(notFound);
    });

    it('moves a ticket, as often as it is asked', async () => {
      const { provider } = fixture;
      const { reference } = await create('Moved', 'run-move');
      for (const state of ['in-progress', 'done', 'done'] as const) {
        expect(await provider.moveTicket(reference, { state })).toMatchObject({
          reference,
          state,
        });
      }
      const other = await create('Rejected', 'run-reject');
      expect(
        await provider.moveTicket(other.reference, { state: 'rejected' }),
      ).toMatchObject({ state: 'rejected' });
      await expect(
        provider.moveTicket(nowhere(), { state: 'done' }),
      ).rejects.toMatchObject(notFound);
    });

    it("leaves other people's and other runs' tickets alone when a run takes its own back", async () => {
      const { provider, createByHand } = fixture;
      const byHand = await createByHand('By hand');
      const { reference } = await create('Mine', 'run-mine');
      for (const other of [byHand, reference]) {
        await expect(
          provider.moveTicket(other, {
            state: 'rejected',
            runKey: 'run-other',
          }),
        ).rejects.toMatchObject({ name: 'ConflictError' });
        expect(await provider.findTicket(other)).toMatchObject({
          state: 'open',
        });
      }
      expect((await provider.findTicket(byHand))?.createdBy).toBeUndefined();
      await provider.moveTicket(reference, {
        state: 'rejected',
        runKey: 'run-mine',
      });
    });

    it('stops when the caller gives up', async () => {
      await expect(
        fixture.provider.createTicket({
          queue: fixture.queue,
          title: 'Aborted',
          description: '',
          runKey: 'run-aborted',
          signal: AbortSignal.abort(new Error('given up')),
        }),
      ).rejects.toThrow('given up');
      expect(await count('Aborted')).toBe(0);
    });

    it('takes a state that it does not know for no end', async () => {
      const { provider, putIntoUnknownState } = fixture;
      const { reference } = await create('Odd', 'run-odd');
      await putIntoUnknownState(reference);
      expect(await provider.findTicket(reference)).toMatchObject({
        state: 'in-progress',
        stateName: expect.stringMatching(/\S/),
      });
    });

    if (options.features.includes('webhooks')) {
      it('hears of a ticket that has changed, and of nothing forged', async () => {
        const { provider, notify } = fixture;
        const { reference } = await create('Told', 'run-told');
        const delivery = (await notify?.(reference))!;
        const news = await provider.receiveNews?.(delivery);
        expect(news).toEqual({
          deliveryId: expect.stringMatching(/\S/),
          ticket: reference,
        });
        expect(await provider.receiveNews?.(delivery)).toEqual(news);
        const forged = Buffer.concat([delivery.body, Buffer.from(' ')]);
        for (const wrong of [
          { ...delivery, body: forged },
          { ...delivery, headers: {} },
        ]) {
          await expect(provider.receiveNews?.(wrong)).rejects.toMatchObject({
            name: 'AuthenticationError',
          });
        }
      });
    } else {
      it('hears of nothing', () => {
        expect(fixture.provider.receiveNews).toBeUndefined();
      });
    }

    describeFailures(async () => {
      const { reference } = await create('Read', 'run-read');
      const { faults, canary, provider } = fixture;
      return {
        faults,
        canary,
        read: () => provider.moveTicket(reference, { state: 'open' }),
      };
    }, options.failures);

    it('creates and comments once when nobody knows what became of it', async () => {
      const { provider, faults, comments } = fixture;
      const cuts = await repeatAfterUnknownOutcomes(
        faults,
        async attempt => {
          const title = `Lost ${attempt}`;
          const { reference } = await create(title, `run-lost-${attempt}`);
          await provider.addComment(reference, {
            text: title,
            commentKey: 'lost',
          });
          return reference;
        },
        async (reference, attempt) => {
          expect(await count(`Lost ${attempt}`)).toBe(1);
          expect(await comments(reference)).toEqual([`Lost ${attempt}`]);
        },
      );
      expect(cuts).toBeGreaterThan(0);
    });
  });
}
