import { PermissionsService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  AuthorizeResult,
  PermissionCriteria,
  PolicyDecision,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  createConditionAuthorizer,
  createConditionTransformer,
  PermissionRuleset,
} from '@backstage/plugin-permission-node';
import { RequestCondition } from '../database';
import { Caller } from '../services/Caller';
import { ApprovalRequestResource } from './approvalRequestResource';

type RequestPermission = ResourcePermission<'approval-request'>;

function refusal({ name }: RequestPermission): NotAllowedError {
  return new NotAllowedError(`You don't have the permission ${name}`);
}

/**
 * Asks the permission policy what a person may do with requests.
 *
 * @remarks
 * Conditions are applied here, to what was read from the database anyway, or
 * in SQL where a list is asked for.
 */
export class RequestAccess {
  readonly #permissions: PermissionsService;
  readonly #isMet: (
    decision: PolicyDecision,
    resource: ApprovalRequestResource | undefined,
  ) => boolean;
  readonly #toQuery: ReturnType<
    typeof createConditionTransformer<RequestCondition>
  >;

  constructor(options: {
    permissions: PermissionsService;
    ruleset: PermissionRuleset<
      ApprovalRequestResource,
      RequestCondition,
      'approval-request'
    >;
  }) {
    this.#permissions = options.permissions;
    this.#isMet = createConditionAuthorizer(options.ruleset);
    this.#toQuery = createConditionTransformer<RequestCondition>(
      options.ruleset,
    );
  }

  /** Whether a person may do something with a request. */
  async isAllowed(
    caller: Caller,
    permission: RequestPermission,
    resource: ApprovalRequestResource,
  ): Promise<boolean> {
    const decision = await this.#decide(caller, permission);
    return this.#isMet(decision, resource);
  }

  /**
   * @throws NotAllowedError where the permission policy does not allow it
   */
  async assertAllowed(
    caller: Caller,
    permission: RequestPermission,
    resource: ApprovalRequestResource,
  ): Promise<void> {
    if (!(await this.isAllowed(caller, permission, resource))) {
      throw refusal(permission);
    }
  }

  /**
   * With which requests a person may do something.
   *
   * @returns conditions for the database; `undefined` when it is all of them
   * @throws NotAllowedError when it is none
   */
  async criteria(
    caller: Caller,
    permission: RequestPermission,
  ): Promise<PermissionCriteria<RequestCondition> | undefined> {
    const decision = await this.#decide(caller, permission);
    switch (decision.result) {
      case AuthorizeResult.ALLOW:
        return undefined;
      case AuthorizeResult.CONDITIONAL:
        return this.#toQuery(decision.conditions);
      default:
        throw refusal(permission);
    }
  }

  /**
   * Tells of many resources whether a person may do something with them.
   *
   * @throws NotAllowedError when it would be none, whatever they are
   */
  async filter(
    caller: Caller,
    permission: RequestPermission,
  ): Promise<(resource: ApprovalRequestResource) => boolean> {
    const decision = await this.#decide(caller, permission);
    if (decision.result === AuthorizeResult.DENY) {
      throw refusal(permission);
    }
    return resource => this.#isMet(decision, resource);
  }

  async #decide(
    caller: Caller,
    permission: RequestPermission,
  ): Promise<PolicyDecision> {
    const [decision] = await this.#permissions.authorizeConditional(
      [{ permission }],
      { credentials: caller.credentials },
    );
    return decision;
  }
}
