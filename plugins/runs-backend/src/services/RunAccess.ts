import {
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  DEFAULT_NAMESPACE,
  parseEntityRef,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { NotAllowedError, ResponseError } from '@backstage/errors';
import {
  AuthorizeResult,
  BasicPermission,
} from '@backstage/plugin-permission-common';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { runsRunOperatePermission } from '@self-service/plugin-runs-common';
import { StoredRun } from '../database/RunStore';

/** Credentials of a person. */
export type UserCredentials = BackstageCredentials<BackstageUserPrincipal>;

/** Knows who may do what with a run. */
export class RunAccess {
  readonly #deps: RunAccessDeps;

  private constructor(deps: RunAccessDeps) {
    this.#deps = deps;
  }

  static create(deps: RunAccessDeps): RunAccess {
    return new RunAccess(deps);
  }

  /**
   * The person behind a call that changes something.
   *
   * @returns entity ref
   * @throws NotAllowedError - a plugin acts for the person: registered actions
   * are template steps too, and a stranger's template could act in their name
   */
  requirePerson({ principal }: UserCredentials): string {
    if (principal.actor) {
      throw new NotAllowedError(
        `Only a person can do this, and this call came through ${principal.actor.subject}; do it on the page of the run`,
      );
    }
    return normalise(principal.userEntityRef, 'user');
  }

  /**
   * Reads the task as the user.
   *
   * @returns its stock status
   * @throws the scaffolder's answer when the user may not read it
   */
  async readTaskStatus(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<string> {
    const { scaffolder } = this.#deps;
    const { status } = await scaffolder.getTask({ taskId }, { credentials });
    return status;
  }

  /** Whether the user may read the task; also not, where there is none. */
  async mayRead(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<boolean> {
    try {
      await this.readTaskStatus(taskId, credentials);
      return true;
    } catch (error) {
      const { statusCode } = error as Partial<ResponseError>;
      if (statusCode === 403 || statusCode === 404) {
        return false;
      }
      throw error;
    }
  }

  /** Whether the permission policy allows the user something. */
  async holds(
    permission: BasicPermission,
    credentials: UserCredentials,
  ): Promise<boolean> {
    const [{ result }] = await this.#deps.permissions.authorize(
      [{ permission }],
      { credentials },
    );
    return result === AuthorizeResult.ALLOW;
  }

  /** Whether the user is the requester. */
  isRequester(
    { requester }: Pick<StoredRun, 'requester'>,
    { principal }: UserCredentials,
  ): boolean {
    return (
      requester !== undefined &&
      normalise(requester, 'user') ===
        normalise(principal.userEntityRef, 'user')
    );
  }

  /** Whether the user is the requester, or may operate others' runs. */
  async isInCharge(
    run: Pick<StoredRun, 'requester'>,
    credentials: UserCredentials,
  ): Promise<boolean> {
    return (
      this.isRequester(run, credentials) ||
      this.holds(runsRunOperatePermission, credentials)
    );
  }

  /**
   * The groups of a user, as the catalog says now.
   *
   * @throws when the catalog does not answer: nobody is a member then
   */
  async teamsOf({ principal }: UserCredentials): Promise<string[]> {
    return this.teamsOfUser(principal.userEntityRef);
  }

  /** As {@link RunAccess.teamsOf}, of a user by their entity ref. */
  async teamsOfUser(userRef: string): Promise<string[]> {
    const { catalog, auth } = this.#deps;
    const user = await catalog.getEntityByRef(normalise(userRef, 'user'), {
      credentials: await auth.getOwnServiceCredentials(),
    });
    return (user?.relations ?? [])
      .filter(({ type }) => type === RELATION_MEMBER_OF)
      .map(({ targetRef }) => normalise(targetRef, 'group'));
  }

  /**
   * @throws NotAllowedError - the user is not in the group, as the catalog
   * says now
   */
  async requireMember(
    groupRef: string,
    credentials: UserCredentials,
  ): Promise<void> {
    const group = normalise(groupRef, 'group');
    if (!(await this.teamsOf(credentials)).includes(group)) {
      throw new NotAllowedError(`Only members of ${group} can answer this`);
    }
  }
}

/** A ref in its one canonical form; what is no ref stays as it is. */
function normalise(ref: string, defaultKind: string): string {
  try {
    return stringifyEntityRef(
      parseEntityRef(ref, {
        defaultKind,
        defaultNamespace: DEFAULT_NAMESPACE,
      }),
    );
  } catch {
    return ref;
  }
}

interface RunAccessDeps {
  scaffolder: ScaffolderService;
  permissions: PermissionsService;
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  auth: AuthService;
}
