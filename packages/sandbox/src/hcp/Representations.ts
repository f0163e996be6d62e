import { isCancelable, isConfirmable } from './Engine';
import {
  ConfigurationVersionRecord,
  NotificationRecord,
  OutputRecord,
  RunRecord,
  StateVersionRecord,
  WorkspaceRecord,
} from './model';
import { Store } from './Store';

/** A JSON:API resource. */
export interface Resource {
  id: string;
  type: string;
  attributes: Record<string, unknown>;
  relationships?: Record<string, unknown>;
  links?: Record<string, unknown>;
}

/** What may be included beside a run, with where it is. */
export const RUN_INCLUDES = [
  'plan',
  'apply',
  'cost_estimate',
  'workspace',
  'configuration_version',
  'configuration_version.ingress_attributes',
];

const API = '/api/v2';

/** Timestamps that the vendor shows; others are ours alone. */
const KNOWN_TIMESTAMPS = new Set([
  'plan-queued-at',
  'planning-at',
  'cost-estimating-at',
  'cost-estimated-at',
  'planned-and-finished-at',
  'confirmed-at',
  'apply-queued-at',
  'applying-at',
  'applied-at',
  'discarded-at',
  'errored-at',
  'canceled-at',
]);

/** Shows records as the API does. */
export class Representations {
  constructor(
    private readonly store: Store,
    private readonly organization: string,
  ) {}

  workspace(workspace: WorkspaceRecord): Resource {
    const { id, vcsRepo } = workspace;
    const state = this.store.currentState(id);
    const current = this.store.currentRun(id);
    return {
      id,
      type: 'workspaces',
      attributes: {
        name: workspace.name,
        description: workspace.description ?? null,
        'allow-destroy-plan': workspace.allowDestroyPlan ?? true,
        'auto-apply': workspace.autoApply,
        'created-at': workspace.createdAt,
        'updated-at': workspace.createdAt,
        environment: 'default',
        'execution-mode': 'remote',
        'file-triggers-enabled': true,
        'trigger-prefixes': [],
        'trigger-patterns': [],
        locked: workspace.locked || current !== undefined,
        'queue-all-runs': workspace.queueAllRuns,
        'speculative-enabled': workspace.speculativeEnabled,
        'terraform-version': '1.9.8',
        'working-directory': workspace.workingDirectory,
        'resource-count': this.store.processedState(id)?.resources ?? 0,
        'tag-names': workspace.tags,
        'vcs-repo-identifier': vcsRepo?.identifier ?? null,
        ...(vcsRepo && {
          'vcs-repo': {
            identifier: vcsRepo.identifier,
            'display-identifier': vcsRepo.identifier,
            branch: vcsRepo.branch,
            'ingress-submodules': false,
            'oauth-token-id': vcsRepo.oauthTokenId,
          },
        }),
        permissions: {
          'can-update': true,
          'can-destroy': true,
          'can-queue-run': true,
          'can-read-run': true,
          'can-queue-apply': true,
          'can-read-state-outputs': true,
        },
        actions: { 'is-destroyable': true },
      },
      relationships: {
        organization: {
          data: { id: this.organization, type: 'organizations' },
        },
        project: { data: { id: workspace.projectId, type: 'projects' } },
        'current-run': {
          data: current ? { id: current.id, type: 'runs' } : null,
        },
        'current-state-version': {
          data: state ? { id: state.id, type: 'state-versions' } : null,
        },
      },
      links: {
        self: `${API}/organizations/${this.organization}/workspaces/${workspace.name}`,
      },
    };
  }

  run(run: RunRecord): Resource {
    const { plan, apply, costEstimate } = run;
    const one = (type: string, id: string) => ({ data: { id, type } });
    return {
      id: run.id,
      type: 'runs',
      attributes: {
        actions: {
          'is-cancelable': isCancelable(run),
          'is-confirmable': isConfirmable(run),
          'is-discardable': isConfirmable(run),
          'is-force-cancelable': false,
        },
        'auto-apply': false,
        'canceled-at': run.timestamps['canceled-at'] ?? null,
        'created-at': run.createdAt,
        'has-changes': Object.values(plan.counts ?? {}).some(
          count => count > 0,
        ),
        'is-destroy': run.isDestroy,
        message: run.message,
        'plan-only': run.planOnly,
        refresh: true,
        'refresh-only': false,
        source: run.source,
        status: run.status,
        'status-timestamps': Object.fromEntries(
          Object.entries(run.timestamps).filter(([name]) =>
            KNOWN_TIMESTAMPS.has(name),
          ),
        ),
      },
      relationships: {
        workspace: one('workspaces', run.workspaceId),
        'configuration-version': one(
          'configuration-versions',
          run.configurationVersionId,
        ),
        plan: one('plans', plan.id),
        apply: one('applies', apply.id),
        'cost-estimate': one('cost-estimates', costEstimate.id),
      },
      links: { self: `${API}/runs/${run.id}` },
    };
  }

  plan({ plan }: RunRecord): Resource {
    const { counts } = plan;
    return {
      id: plan.id,
      type: 'plans',
      attributes: {
        'has-changes': Object.values(counts ?? {}).some(count => count > 0),
        'resource-additions': counts?.add ?? null,
        'resource-changes': counts?.change ?? null,
        'resource-destructions': counts?.destroy ?? null,
        'resource-imports': counts ? 0 : null,
        status: plan.status,
        'status-timestamps': {},
      },
      links: { self: `${API}/plans/${plan.id}` },
    };
  }

  apply({ apply }: RunRecord): Resource {
    return {
      id: apply.id,
      type: 'applies',
      attributes: { status: apply.status, 'status-timestamps': {} },
      links: { self: `${API}/applies/${apply.id}` },
    };
  }

  /** Money is in decimal strings. */
  costEstimate({ costEstimate, plan }: RunRecord): Resource {
    const { id, status, prior, proposed } = costEstimate;
    const finished = status === 'finished';
    const money = (amount: number) => (finished ? amount.toFixed(1) : null);
    return {
      id,
      type: 'cost-estimates',
      attributes: {
        'error-message': null,
        status: plan.status === 'errored' ? 'canceled' : status,
        'status-timestamps': {},
        'resources-count': finished ? 1 : null,
        'matched-resources-count': finished ? 1 : null,
        'unmatched-resources-count': finished ? 0 : null,
        'prior-monthly-cost': money(prior),
        'proposed-monthly-cost': money(proposed),
        'delta-monthly-cost': money(proposed - prior),
      },
    };
  }

  configurationVersion(version: ConfigurationVersionRecord): Resource {
    return {
      id: version.id,
      type: 'configuration-versions',
      attributes: {
        'auto-queue-runs': true,
        error: null,
        'error-message': null,
        source: 'gitlab',
        speculative: version.speculative,
        status: 'uploaded',
        'status-timestamps': {},
        provisional: false,
        'upload-url': null,
      },
      relationships: {
        'ingress-attributes': {
          data: { id: ingressId(version), type: 'ingress-attributes' },
          links: {
            related: `${API}/configuration-versions/${version.id}/ingress-attributes`,
          },
        },
      },
      links: { self: `${API}/configuration-versions/${version.id}` },
    };
  }

  ingressAttributes(version: ConfigurationVersionRecord): Resource {
    const { pullRequest } = version;
    return {
      id: ingressId(version),
      type: 'ingress-attributes',
      attributes: {
        branch: version.branch,
        'commit-message': version.commitMessage,
        'commit-sha': version.commitSha,
        identifier: version.identifier,
        'is-pull-request': pullRequest !== undefined,
        'on-default-branch': pullRequest === undefined,
        'sender-username': version.sender,
        tag: null,
        ...(pullRequest && {
          'pull-request-number': pullRequest.number,
          'pull-request-url': pullRequest.url,
          'pull-request-title': pullRequest.title,
          'pull-request-body': '',
        }),
      },
    };
  }

  stateVersion(version: StateVersionRecord): Resource {
    return {
      id: version.id,
      type: 'state-versions',
      attributes: {
        'created-at': version.createdAt,
        'resources-processed': version.processed,
        serial: version.serial,
        status: 'finalized',
        'terraform-version': '1.9.8',
        intermediate: false,
      },
      relationships: {
        run: { data: { id: version.runId, type: 'runs' } },
        workspace: { data: { id: version.workspaceId, type: 'workspaces' } },
        outputs: {
          data: (version.processed ? version.outputs : []).map(({ id }) => ({
            id,
            type: 'state-version-outputs',
          })),
        },
      },
      links: { self: `${API}/state-versions/${version.id}` },
    };
  }

  /** @param alone - lists hide the values of sensitive outputs */
  output(output: OutputRecord, alone: boolean): Resource {
    const { id, name, sensitive, type, value } = output;
    return {
      id,
      type: 'state-version-outputs',
      attributes: {
        name,
        sensitive,
        type,
        'detailed-type': type,
        value: sensitive && !alone ? null : value,
      },
      links: { self: `${API}/state-version-outputs/${id}` },
    };
  }

  notification(record: NotificationRecord): Resource {
    return {
      id: record.id,
      type: 'notification-configurations',
      attributes: {
        name: record.name,
        'destination-type': 'generic',
        enabled: record.enabled,
        url: record.url,
        // Never shown again.
        token: null,
        triggers: record.triggers,
        'delivery-responses': [],
        'created-at': record.createdAt,
        'updated-at': record.createdAt,
      },
      relationships: {
        subscribable: { data: { id: record.workspaceId, type: 'workspaces' } },
      },
    };
  }

  /** What is included beside runs, each once. */
  included(runs: readonly RunRecord[], wanted: readonly string[]): Resource[] {
    const all = runs.flatMap(run => this.#includedBeside(run, wanted));
    return [...new Map(all.map(one => [one.id, one])).values()];
  }

  #includedBeside(run: RunRecord, wanted: readonly string[]): Resource[] {
    const version = this.store.configurationVersions.get(
      run.configurationVersionId,
    )!;
    const workspace = this.store.workspaces.get(run.workspaceId)!;
    const show: Record<string, () => Resource[]> = {
      plan: () => [this.plan(run)],
      apply: () => [this.apply(run)],
      cost_estimate: () => [this.costEstimate(run)],
      workspace: () => [this.workspace(workspace)],
      configuration_version: () => [this.configurationVersion(version)],
      'configuration_version.ingress_attributes': () => [
        this.configurationVersion(version),
        this.ingressAttributes(version),
      ],
    };
    return wanted.flatMap(name => show[name]());
  }
}

function ingressId({ id }: ConfigurationVersionRecord): string {
  return id.replace(/^cv-/, 'ia-');
}
