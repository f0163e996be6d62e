import {
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  BasicPermission,
  ResourcePermission,
} from '@backstage/plugin-permission-common';
import {
  PermissionResourceRef,
  PermissionRuleset,
} from '@backstage/plugin-permission-node';
import { JsonObject } from '@backstage/types';
import { RunContext, TaskStep } from '../run/RunContext';
import { authoriseStep } from './stepAuthoriser';

/** Stock actions that act with the initiator's credentials. */
const INITIATOR_ACTIONS = new Set([
  'catalog:fetch',
  'catalog:register',
  'github:environment:create',
]);

/**
 * Tells whether a run may wait. After a wait our service is the initiator,
 * for which the permission framework allows everything; so what the
 * requester may not do, or what would act in the service's name, is refused
 * before.
 */
export class WaitAuthoriser {
  constructor(
    private readonly options: {
      permissions: PermissionsService;
      permissionsRegistry: PermissionsRegistryService;
      /** `scaffolder.action.execute`. */
      permission: ResourcePermission;
      resourceRef: PermissionResourceRef<JsonObject, {}, string>;
      /** Ids of actions that may act as the service after a wait. */
      allowedAsService: readonly string[];
      /**
       * What the requester must be allowed beside, by the id of an action of
       * ours that acts as our service.
       */
      permissionsOfActions: Record<string, readonly BasicPermission[]>;
    },
  ) {}

  /**
   * Why this run can't wait, in words; empty when it can. Only an attempt of
   * the requester can be judged, so any other has a problem.
   */
  async findProblems(run: RunContext): Promise<string[]> {
    if (run.initiator !== 'requester') {
      return [
        `Only ${
          run.requester ?? 'the requester'
        } can start a run that waits: it goes on in their name. Ask them to start it again.`,
      ];
    }
    const { permissions, permissionsRegistry, permission, resourceRef } =
      this.options;
    const [decision] = await permissions.authorizeConditional(
      [{ permission }],
      {
        credentials: run.credentials,
      },
    );
    const ruleset = permissionsRegistry.getPermissionRuleset(
      resourceRef,
    ) as PermissionRuleset<JsonObject>;
    return [
      ...run.remainingSteps.flatMap(step => {
        const verdict = authoriseStep(decision, ruleset, step, run.parameters);
        return [...describe(verdict, step), ...this.#findServiceActs(step)];
      }),
      ...(await this.#findForbiddenActs(run)),
    ];
  }

  async #findForbiddenActs(run: RunContext): Promise<string[]> {
    const { permissions, permissionsOfActions } = this.options;
    const needed = run.remainingSteps.flatMap(step =>
      Object.hasOwn(permissionsOfActions, step.action)
        ? permissionsOfActions[step.action].map(permission => ({
            step,
            permission,
          }))
        : [],
    );
    if (needed.length === 0) {
      return [];
    }
    const decisions = await permissions.authorize(
      needed.map(({ permission }) => ({ permission })),
      { credentials: run.credentials },
    );
    return needed.flatMap(({ step, permission }, index) =>
      decisions[index].result === AuthorizeResult.ALLOW
        ? []
        : [
            `You are not allowed to do what step '${step.id}' (${step.action}) does. Ask the platform team for the permission ${permission.name}.`,
          ],
    );
  }

  #findServiceActs(step: TaskStep): string[] {
    if (this.options.allowedAsService.includes(step.action)) {
      return [];
    }
    const problems: string[] = [];
    if (INITIATOR_ACTIONS.has(step.action)) {
      problems.push(
        `Step '${step.id}' (${step.action}) acts with the credentials of whoever started the run, which after a wait is a service. Put it before the gate, or ask the platform team to list it in scaffolder.selfService.allowedAsService.`,
      );
    }
    if (JSON.stringify(step).includes('secrets.backstageToken')) {
      problems.push(
        `Step '${step.id}' uses secrets.backstageToken, which after a wait belongs to a service. Remove it from the template.`,
      );
    }
    return problems;
  }
}

function describe(
  verdict: ReturnType<typeof authoriseStep>,
  step: TaskStep,
): string[] {
  switch (verdict) {
    case 'allowed':
      return [];
    case 'denied':
      return [
        `You are not allowed to run step '${step.id}' (${step.action}). Ask the platform team for the permission scaffolder.action.execute.`,
      ];
    default:
      return [
        `Whether you may run step '${step.id}' (${step.action}) depends on an input that is not known before the run waits. Ask the platform team to write that input as exactly one parameter, or to change the permission's condition.`,
      ];
  }
}
