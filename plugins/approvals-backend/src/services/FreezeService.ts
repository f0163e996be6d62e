import { randomUUID } from 'node:crypto';
import { PermissionsService } from '@backstage/backend-plugin-api';
import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  approvalsFreezeCreatePermission,
  approvalsFreezeEndPermission,
  approvalsFreezeExemptPermission,
  approvalsFreezeReadPermission,
  Facts,
  FreezeList,
  freezePhase,
  FreezeRecord,
  isExempt,
  NewExemption,
  NewFreeze,
  toPolicyTime,
} from '@self-service/plugin-approvals-common';
import { FreezeStore } from '../database';
import { freezeSchema, PolicyFreeze, PolicyService } from '../policy';
import { AuditTrail } from './AuditTrail';
import { assertPermission, holdsPermission } from './basicPermission';
import { assertInPerson, Caller } from './Caller';
import { Clock } from './Clock';
import { Freezes } from './Decider';
import { Notifier } from './Notifier';

const SECOND = 1000;

/** A freeze as the policy data holds it. */
function toPolicyFreeze(freeze: FreezeRecord): PolicyFreeze {
  const { id, from, to, environments, reason } = freeze;
  return {
    id,
    from: toPolicyTime(new Date(from)),
    to: toPolicyTime(new Date(to)),
    ...(environments ? { environments } : {}),
    reason,
  };
}

/**
 * Change freezes that people declare, and what they mean for a request.
 *
 * @remarks
 * A replica knows of a freeze from the first decision after it was stored:
 * each decision looks at the version in the database first.
 */
export class FreezeService implements Freezes {
  readonly #store: FreezeStore;
  readonly #policy: Pick<PolicyService, 'artifacts'>;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #notifier: Notifier;
  readonly #permissions: PermissionsService;
  #known: { version: number; freezes: FreezeRecord[] } | undefined;

  /** @param options.policy - tells which environments there are */
  constructor(options: {
    store: FreezeStore;
    policy: Pick<PolicyService, 'artifacts'>;
    clock: Clock;
    audit: AuditTrail;
    notifier: Notifier;
    permissions: PermissionsService;
  }) {
    this.#store = options.store;
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#notifier = options.notifier;
    this.#permissions = options.permissions;
  }

  /** {@inheritdoc Freezes.applyingTo} */
  async applyingTo(facts: Facts, now: Date): Promise<PolicyFreeze[]> {
    const freezes = await this.snapshot();
    return freezes.applyingTo(facts, now);
  }

  /** The freezes as they are now, for several questions about one thing. */
  async snapshot(): Promise<Freezes> {
    const current = await this.#current();
    return {
      applyingTo: async (facts, now) =>
        current
          .filter(
            freeze =>
              freezePhase(freeze, now.getTime()) !== 'over' &&
              !isExempt(freeze.exemptions, facts),
          )
          .map(toPolicyFreeze),
    };
  }

  /** Every freeze, and what this person may do. */
  async list(caller: Caller): Promise<FreezeList> {
    await assertPermission(
      this.#permissions,
      caller.credentials,
      approvalsFreezeReadPermission,
    );
    const settings = this.#policy.artifacts()?.data.approval;
    const may = async (permission: typeof approvalsFreezeEndPermission) =>
      holdsPermission(this.#permissions, caller.credentials, permission);
    return {
      freezes: await this.#current(),
      configured: (settings?.freezes ?? []).map(
        ({ id, from, to, environments, reason }) => ({
          id,
          from,
          to,
          environments,
          reason,
        }),
      ),
      environments: Object.keys(settings?.environments ?? {}).sort(),
      viewer: {
        canCreate: await may(approvalsFreezeCreatePermission),
        canEnd: await may(approvalsFreezeEndPermission),
        canExempt: await may(approvalsFreezeExemptPermission),
      },
    };
  }

  /**
   * Declares a freeze.
   *
   * @returns its id
   * @throws InputError that names field, rule and remedy
   */
  async create(caller: Caller, freeze: NewFreeze): Promise<string> {
    const { environments, reason } = freeze;
    const id = randomUUID();
    const from = new Date(freeze.from);
    // Whole seconds are what policy compares: a part of one is frozen, too.
    const to = new Date(Math.ceil(Date.parse(freeze.to) / SECOND) * SECOND);
    await this.#audit.record(
      { eventId: 'freeze-create', actor: caller.ref, meta: { freezeId: id } },
      async () => {
        assertInPerson(caller, 'declare a freeze');
        await assertPermission(
          this.#permissions,
          caller.credentials,
          approvalsFreezeCreatePermission,
        );
        const now = await this.#clock.now();
        this.#assertUsable({ ...freeze, id, from, to }, now);
        await this.#store.create({
          id,
          from: from.toISOString(),
          to: to.toISOString(),
          environments,
          reason,
          createdBy: caller.ref,
          createdAt: now.toISOString(),
        });
      },
    );
    await this.#notifier.requestsChanged();
    return id;
  }

  /**
   * Ends a freeze before its time, or calls off one to come.
   *
   * @throws ConflictError when it was ended before, or is over
   */
  async end(caller: Caller, id: string): Promise<void> {
    await this.#audit.record(
      { eventId: 'freeze-end', actor: caller.ref, meta: { freezeId: id } },
      async () => {
        assertInPerson(caller, 'end a freeze');
        await assertPermission(
          this.#permissions,
          caller.credentials,
          approvalsFreezeEndPermission,
        );
        await this.#find(id);
        const at = (await this.#clock.now()).toISOString();
        if (!(await this.#store.end({ id, by: caller.ref, at }))) {
          throw new ConflictError(
            'This freeze has ended already; there is nothing left to end',
          );
        }
      },
    );
    await this.#notifier.requestsChanged();
  }

  /**
   * Lets the requests of a team, a template or an operation pass a freeze.
   *
   * @throws ConflictError when the freeze is over, or it is exempt already
   */
  async exempt(
    caller: Caller,
    freezeId: string,
    exemption: NewExemption,
  ): Promise<void> {
    const { kind, value } = exemption;
    await this.#audit.record(
      {
        eventId: 'freeze-exempt',
        actor: caller.ref,
        meta: { freezeId, kind, value },
      },
      async () => {
        assertInPerson(caller, 'make an exemption from a freeze');
        await assertPermission(
          this.#permissions,
          caller.credentials,
          approvalsFreezeExemptPermission,
        );
        await this.#find(freezeId);
        const outcome = await this.#store.exempt(freezeId, {
          ...exemption,
          id: randomUUID(),
          createdBy: caller.ref,
          createdAt: (await this.#clock.now()).toISOString(),
        });
        if (outcome !== 'added') {
          throw new ConflictError(
            outcome === 'over'
              ? 'This freeze has ended already and stops nobody'
              : `${value} is exempt from this freeze already`,
          );
        }
      },
    );
    await this.#notifier.requestsChanged();
  }

  #assertUsable(
    freeze: Omit<NewFreeze, 'from' | 'to'> & {
      id: string;
      from: Date;
      to: Date;
    },
    now: Date,
  ): void {
    if (freeze.to <= now) {
      throw new InputError(
        'to: must be in the future; a freeze that is over stops nothing, so choose a later end',
      );
    }
    const known = Object.keys(
      this.#policy.artifacts()?.data.approval.environments ?? {},
    ).sort();
    const unknown = (freeze.environments ?? []).filter(
      name => !known.includes(name),
    );
    if (unknown.length > 0) {
      throw new InputError(
        `environments: policy does not know ${unknown.join(
          ', ',
        )}; choose from ${
          known.join(', ') || 'none, as no policy is loaded'
        }, or leave the field out to freeze all`,
      );
    }
    const parsed = freezeSchema.safeParse({
      ...freeze,
      from: toPolicyTime(freeze.from),
      to: toPolicyTime(freeze.to),
    });
    if (!parsed.success) {
      throw new InputError(
        parsed.error.issues
          .map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; '),
      );
    }
  }

  async #find(id: string): Promise<void> {
    if (!(await this.#current()).some(freeze => freeze.id === id)) {
      throw new NotFoundError(
        `There is no freeze '${id}' that was made here; one of the policy data is changed there`,
      );
    }
  }

  async #current(): Promise<FreezeRecord[]> {
    // The version first: a change after it is read again next time.
    const version = await this.#store.version();
    if (this.#known?.version !== version) {
      this.#known = { version, freezes: await this.#store.list() };
    }
    return this.#known.freezes;
  }
}
