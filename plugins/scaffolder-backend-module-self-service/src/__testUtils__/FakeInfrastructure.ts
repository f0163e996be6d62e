import { ConflictError } from '@backstage/errors';
import {
  InfrastructureFeature,
  InfrastructureProvider,
  InfrastructureRun,
  Repository,
} from '@self-service/plugin-providers-node';
import { CANARY, PR_URL } from './fakeValues';

/** An infrastructure vendor whose state the test sets. */
export class FakeInfrastructure implements InfrastructureProvider {
  readonly id = 'fake-infrastructure';
  readonly capability = 'infrastructure';
  readonly vendor = 'Fake';
  readonly endpoint = 'https://plans';
  get features(): readonly InfrastructureFeature[] {
    return this.needsWorkspaces ? ['workspaces'] : [];
  }
  /** Name of each workspace, with the run that made it. */
  readonly workspaces = new Map<string, string>();
  /** Whether directories need workspaces. */
  needsWorkspaces = false;
  state: InfrastructureRun = {
    pullRequestUrl: PR_URL,
    head: 'aaaaaaa1',
    status: 'planned',
    plan: { add: 3, change: 0, destroy: 0 },
    planUrl: 'https://plans/1',
    projects: [],
    merged: false,
  };
  readonly applied: string[] = [];
  serves(url: string): boolean {
    return url.startsWith('https://github.com/');
  }
  async getRun(): Promise<InfrastructureRun> {
    return { ...this.state };
  }
  async findRun(
    _repository: Repository,
    commit: string,
  ): Promise<InfrastructureRun | undefined> {
    return commit === this.state.head ? { ...this.state } : undefined;
  }
  async getRuns(
    urls: readonly string[],
    _options?: Parameters<InfrastructureProvider['getRuns']>[1],
  ): ReturnType<InfrastructureProvider['getRuns']> {
    return urls.map(pullRequestUrl => ({ ...this.state, pullRequestUrl }));
  }
  async checkHealth(): ReturnType<InfrastructureProvider['checkHealth']> {
    return { status: 'ok', description: 'Fine.' };
  }
  servesRepository({ host }: Repository): boolean {
    return host === 'github.com';
  }
  async createWorkspaces(
    { name }: Repository,
    directories: readonly string[],
    { runKey }: { runKey: string },
  ): ReturnType<InfrastructureProvider['createWorkspaces']> {
    if (!this.needsWorkspaces) {
      return [];
    }
    return directories.flatMap(directory => {
      const workspace = `${name}-${directory.replaceAll('/', '-')}`;
      const owner = this.workspaces.get(workspace) ?? runKey;
      this.workspaces.set(workspace, owner);
      return owner === runKey
        ? [{ name: workspace, directory, url: `https://plans/${workspace}` }]
        : [];
    });
  }
  async findWorkspace(
    { name: repository }: Repository,
    directory: string,
    { runKey }: { runKey: string },
  ): ReturnType<InfrastructureProvider['findWorkspace']> {
    const name = `${repository}-${directory.replaceAll('/', '-')}`;
    return this.workspaces.get(name) === runKey
      ? { name, directory, url: `https://plans/${name}` }
      : undefined;
  }
  async removeWorkspace(
    { name: repository }: Repository,
    directory: string,
  ): ReturnType<InfrastructureProvider['removeWorkspace']> {
    const name = `${repository}-${directory.replaceAll('/', '-')}`;
    return this.workspaces.delete(name) ? 'removed' : 'absent';
  }
  readonly cancelled: string[] = [];
  async cancel(url: string): Promise<void> {
    this.cancelled.push(url);
  }
  readonly destroyed: string[] = [];
  async destroy(url: string): ReturnType<InfrastructureProvider['destroy']> {
    if (this.state.merged) {
      throw new ConflictError('merged');
    }
    this.destroyed.push(url);
    const status = this.state.status === 'applied' ? 'destroyed' : 'absent';
    return { status, description: status };
  }
  async startApply(_url: string, { head }: { head: string }): Promise<void> {
    if (head !== this.state.head) {
      throw new ConflictError('moved');
    }
    this.applied.push(head);
    this.state.status = 'applied';
  }
  async getOutputs(): ReturnType<InfrastructureProvider['getOutputs']> {
    return {
      values: { host: 'db.local' },
      sensitive: {
        password: { provider: this.id, state: 's', output: 'password' },
      },
    };
  }
  async readSensitive(
    references: Parameters<InfrastructureProvider['readSensitive']>[0],
  ): Promise<Record<string, string>> {
    return Object.fromEntries(
      Object.keys(references).map(name => [name, `${CANARY}-${name}`]),
    );
  }
}
