import { NotAllowedError } from '@backstage/errors';
import { readResourceReference } from '@self-service/plugin-approvals-common';
import {
  Lifecycle,
  ResourceStore,
  StoredResource,
} from '../../database/ResourceStore';
import { RunStore } from '../../database/RunStore';
import { assertActive } from '../describeClosed';
import { RunAccess } from '../RunAccess';
import { RunHints } from '../RunHints';
import { TaskReader } from '../TaskReader';
import { readDeclaration, toTemplateRef } from './describeResource';
import { findResource } from './ResourceRecorder';

const VERBS: Record<keyof Lifecycle, string> = {
  remove: 'removes',
  change: 'changes',
  extend: 'extends',
};

/**
 * Knows which runs may do something with a resource.
 *
 * @remarks
 * That policy and people have let the run pass is what admission says, which
 * the action asks. Here it is made sure that they were asked about this very
 * resource, and about this very thing: the template that the resource's own
 * template names for it, and no other one, whose declaration may be harmless.
 */
export class ResourceAuthority {
  readonly #deps: ResourceAuthorityDeps;

  private constructor(deps: ResourceAuthorityDeps) {
    this.#deps = deps;
  }

  static create(deps: ResourceAuthorityDeps): ResourceAuthority {
    return new ResourceAuthority(deps);
  }

  /**
   * @throws NotAllowedError - the run may not; it says why
   * @throws ConflictError - the run has ended
   */
  async require(
    resource: StoredResource,
    taskId: string,
    verb: keyof Lifecycle,
  ): Promise<void> {
    const { runs, tasks, resources } = this.#deps;
    await assertActive(this.#deps, taskId, `: it ${VERBS[verb]} nothing more.`);
    const run = await runs.find(taskId);
    if (!run || run.imported || !run.requester) {
      throw new NotAllowedError(
        `Run ${taskId} has passed no gate as somebody's run`,
      );
    }
    const spec = await tasks.readSpec(taskId);
    const template = toTemplateRef(spec.templateInfo?.entityRef);
    if (!template || template !== resource.lifecycle[verb]) {
      throw new NotAllowedError(
        `The template ${template} is not the one that ${VERBS[verb]} ${
          resource.kind
        } ${resource.name}${
          resource.lifecycle[verb]
            ? `: that is ${resource.lifecycle[verb]}`
            : ''
        }`,
      );
    }
    const reference = readResourceReference(
      readDeclaration(spec),
      spec.parameters,
    );
    const decidedOn =
      typeof reference === 'object'
        ? await findResource(resources, reference)
        : undefined;
    if (decidedOn?.id !== resource.id) {
      throw new NotAllowedError(
        `The gate of run ${taskId} has not decided about ${resource.kind} ${resource.name}. Declare in the template which parameter names it: spec.selfService.resource.`,
      );
    }
    if (!(await this.isInCharge(resource, run.requester))) {
      throw new NotAllowedError(
        `${run.requester} is neither in ${
          resource.team ?? 'the owning team'
        } nor in ${this.#deps.platformTeam}, and has not asked for ${
          resource.kind
        } ${resource.name}`,
      );
    }
  }

  /**
   * Whether somebody is in the owning team or the platform team, as the
   * catalog says now, or has asked for it.
   *
   * @throws when the catalog does not answer
   */
  async isInCharge(
    { requester, team }: Pick<StoredResource, 'requester' | 'team'>,
    userRef: string,
  ): Promise<boolean> {
    const { access, platformTeam } = this.#deps;
    if (requester !== undefined && requester === userRef) {
      return true;
    }
    const teams = await access.teamsOfUser(userRef);
    return teams.some(one => one === team || one === platformTeam);
  }
}

interface ResourceAuthorityDeps {
  runs: RunStore;
  resources: ResourceStore;
  tasks: TaskReader;
  access: Pick<RunAccess, 'teamsOfUser'>;
  hints: RunHints;
  platformTeam: string;
}
