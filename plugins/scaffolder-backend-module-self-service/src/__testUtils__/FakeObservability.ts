import { ConflictError } from '@backstage/errors';
import {
  ComponentKey,
  OBSERVABILITY_PARTS,
  ObservabilityItem,
  ObservabilityPart,
  ObservabilityProvider,
  toRunMark,
} from '@self-service/plugin-providers-node';

type Made = { part: ObservabilityPart; runKey: string } & Record<
  string,
  unknown
>;

/** An observability vendor that keeps what it is asked for. */
export class FakeObservability implements ObservabilityProvider {
  readonly id = 'fake-observability';
  readonly capability = 'observability';
  readonly vendor = 'Fake';
  readonly endpoint = 'https://observability';
  features: readonly ObservabilityPart[] = OBSERVABILITY_PARTS;
  readonly made = new Map<string, Made>();
  /** Called before each creation; throws to fail it. */
  beforeCreate: (part: ObservabilityPart) => void = () => {};

  async checkHealth(): ReturnType<ObservabilityProvider['checkHealth']> {
    return { status: 'ok', description: 'Fine.' };
  }
  async createDashboard({
    signal: _signal,
    ...options
  }: Parameters<ObservabilityProvider['createDashboard']>[0]) {
    return this.#create('dashboard', options);
  }
  async createAlerts({
    signal: _signal,
    ...options
  }: Parameters<ObservabilityProvider['createAlerts']>[0]) {
    return this.#create('alerts', options);
  }
  async createSlo({
    signal: _signal,
    ...options
  }: Parameters<ObservabilityProvider['createSlo']>[0]) {
    return this.#create('slo', options);
  }
  async find(part: ObservabilityPart, component: ComponentKey) {
    const found = this.made.get(keyOf(part, component));
    return found && show(part, component, found.runKey);
  }
  async remove(
    part: ObservabilityPart,
    component: ComponentKey,
    { runKey }: { runKey: string },
  ): Promise<'removed' | 'absent'> {
    const found = this.made.get(keyOf(part, component));
    if (found && found.runKey !== runKey) {
      throw new ConflictError('not this run');
    }
    return this.made.delete(keyOf(part, component)) ? 'removed' : 'absent';
  }

  #create(
    part: ObservabilityPart,
    options: { component: ComponentKey; runKey: string },
  ): ObservabilityItem {
    this.beforeCreate(part);
    const { component, runKey } = options;
    const key = keyOf(part, component);
    const found = this.made.get(key);
    if (found && found.runKey !== runKey) {
      throw new ConflictError('exists');
    }
    this.made.set(key, { part, ...options });
    return show(part, component, runKey);
  }
}

function keyOf(part: string, { name, environment }: ComponentKey): string {
  return `${part} ${name}@${environment}`;
}

function show(
  part: ObservabilityPart,
  { name, environment }: ComponentKey,
  runKey: string,
): ObservabilityItem {
  return {
    part,
    url: `https://observability/${part}/${name}/${environment}`,
    mark: toRunMark(runKey),
  };
}
