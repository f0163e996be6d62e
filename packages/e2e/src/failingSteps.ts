import { Fault } from './faults';

/** What makes each step of the service workflow fail until it is cleared. */
export const FAILING: Array<{ step: string; what: string; fault: Fault }> = [
  {
    step: 'create-terraform-pr',
    what: 'pull request',
    fault: {
      service: 'github',
      kind: 'status',
      match: {
        method: 'POST',
        pathPattern: '/repos/myorg/infrastructure/pulls$',
      },
    },
  },
  {
    // The gate stands after the pull request, and waits for its plan.
    step: 'approval',
    what: 'plan',
    fault: {
      service: 'terraform',
      kind: 'status',
      match: { pathPattern: '^/jobs/plan/' },
    },
  },
  {
    step: 'create-repository',
    what: 'repository',
    fault: {
      service: 'github',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/generate$' },
    },
  },
  {
    step: 'wait-for-apply',
    what: 'apply',
    fault: {
      service: 'terraform',
      kind: 'status',
      match: { pathPattern: '^/jobs/apply/' },
    },
  },
  {
    step: 'store-credentials',
    what: 'credentials',
    fault: {
      service: 'vault',
      kind: 'status',
      match: { method: 'POST', pathPattern: '/v1/secret/data/' },
    },
  },
];
