import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the pages about freezes and policy.
 *
 * @public
 */
export const policyTranslationRef = createTranslationRef({
  id: 'approvals.policy',
  messages: {
    tabs: {
      freezes: 'Freezes',
      policy: 'Policy',
    },
    freezes: {
      what: 'The list of freezes',
      intro:
        'While a freeze holds, every request in its environments needs change management as well.',
      create: 'Declare a freeze',
      emptyTitle: 'No freezes',
      emptyText:
        'Requests are decided by environment, cost, scope and risk alone.',
      now: 'In force',
      upcoming: 'To come',
      past: 'Over',
      configured: 'From the policy data',
      configuredText: 'These are changed where the policy data is kept.',
      everywhere: 'every environment',
      noReason: 'No reason given',
      madeBy: 'by',
      endedBy: 'ended by',
      exemptions: 'Exempt',
      end: 'End',
      callOff: 'Call off',
      exempt: 'Exempt',
    },
    phase: {
      upcoming: 'To come',
      active: 'In force',
      over: 'Over',
    },
    createDialog: {
      title: 'Declare a freeze',
      text: 'It holds for every decision from now on; requests that are already decided stay so.',
      from: 'From',
      to: 'To',
      zone: 'In your time zone, {{zone}}.',
      environments: 'Environments',
      environmentsHint: 'None chosen: every environment.',
      reason: 'Reason',
      reasonHint: 'Everybody whom the freeze stops reads it.',
      confirm: 'Declare',
      back: 'Back',
      failed: 'The freeze was not declared: {{reason}}',
      needMoments: 'Say from when to when.',
      needOrder: 'The end must be later than the start.',
      needReason: 'Say why: it is shown to everybody whom the freeze stops.',
    },
    endDialog: {
      title: 'End this freeze?',
      text: 'Requests from now on are no longer stopped by it. Those that wait for change management go on waiting.',
      confirm: 'End freeze',
      failed: 'The freeze was not ended: {{reason}}',
    },
    exemptDialog: {
      title: 'Exempt from this freeze',
      text: 'A team passes only with requests that affect no team that is not exempt.',
      kind: 'What',
      team: 'A team',
      template: 'A template',
      operation: 'An operation',
      value: 'Which',
      teamHint: 'For example group:default/payments',
      templateHint: 'For example template:default/postgresql-database',
      operationHint: 'For example database:create',
      confirm: 'Exempt',
      failed: 'The exemption was not made: {{reason}}',
      needValue: 'Say which.',
    },
    policy: {
      what: 'The state of the policy',
      status: 'What decides',
      working: 'Working',
      older: 'An older policy decides',
      fromArchive: 'From the archive',
      none: 'No policy: everything is denied',
      source: 'Source',
      revision: 'Revision',
      bundleDigest: 'Bundle',
      dataDigest: 'Data',
      loaded: 'Loaded',
      checked: 'Looked for another',
      error: 'The policy that was asked for does not work',
      errorText: 'Correct it at its source; it is tried again by itself.',
      rules: 'Rules in words',
      settings: 'All settings',
      needsLead: 'In {{environments}}, the lead of the team is asked.',
      needsNobody: 'In {{environments}}, the environment alone asks nobody.',
      leadFrom: 'From {{amount}} a month on, the lead of the team is asked.',
      financeAbove: 'Above {{amount}} a month, finance is asked as well.',
      scope:
        'Whoever changes something of a team that is not theirs needs the lead of each team.',
      highRisk: 'Security is asked for {{operations}}.',
      compliance: 'For {{operations}} the stages run one after the other.',
    },
    replay: {
      title: 'Replay',
      text: 'Decides what was decided again, with the policy and the data of then. Everything must come out the same.',
      run: 'Replay',
      days: 'Days',
      same: 'All {{total}} decisions come out the same.',
      none: 'There are no decisions in this time.',
      differs:
        '{{different}} of {{total}} decisions come out otherwise, {{missing}} cannot be replayed.',
      failed: 'Nothing was replayed: {{reason}}',
    },
    backtest: {
      title: 'Backtest',
      text: 'Asks a proposed policy about recorded decisions, with the facts and the time of then. Nothing is changed.',
      overrides: 'Changes to the settings, as JSON',
      overridesHint:
        'Objects are merged, lists replaced, null removes (JSON Merge Patch).',
      bundle: 'Another bundle (.tar.gz)',
      days: 'Days',
      run: 'Run the backtest',
      failed: 'The backtest did not run: {{reason}}',
      badJson: 'The changes are no JSON object: {{reason}}',
      nothing: 'Say what is proposed: changes, a bundle, or both.',
      none: 'There are no decisions in this time to compare with.',
      checked: '{{total}} decisions, {{unchanged}} unchanged.',
      share: 'Decisions that need people: {{before}} before, {{after}} after.',
      before: 'Was',
      after: 'Would be',
      nobody: 'Approved at once',
    },
    change: {
      'auto-approved': 'Newly approved at once ({{amount}})',
      routed: 'Newly sent to people ({{amount}})',
      denied: 'Newly denied ({{amount}})',
      'approvers-changed': 'Sent to other people ({{amount}})',
    },
  },
});

/** Looks up one text of the pages about freezes and policy. */
export type PolicyTexts = TranslationFunction<typeof policyTranslationRef.T>;
