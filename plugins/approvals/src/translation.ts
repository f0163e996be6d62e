import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the Approvals pages.
 *
 * @public
 */
export const approvalsTranslationRef = createTranslationRef({
  id: 'approvals',
  messages: {
    tabs: {
      inbox: 'Waiting for me',
      inboxCount: 'Waiting for me ({{amount}})',
      mine: 'My requests',
      history: 'History',
    },
    list: {
      request: 'Request',
      environment: 'Environment',
      cost: 'Cost / month',
      risk: 'Risk',
      why: 'Why',
      due: 'Due',
      status: 'Status',
      more: '+{{amount}} more',
      what: 'The list of requests',
    },
    filters: {
      what: 'Filters of the list',
      text: 'Search in titles',
      team: 'Team',
      everyEnvironment: 'Everywhere',
      everyRisk: 'Every risk',
      everyStatus: 'Every status',
      everyTeam: 'Every team',
      clear: 'Clear filters',
    },
    empty: {
      inboxTitle: 'Nothing waits for you',
      inboxText:
        'When a request needs your decision it appears here and in the navigation, at once.',
      mineTitle: 'You have asked for nothing that needed approval',
      mineText:
        'What policy lets through at once is not listed here; you find it among your runs under Create.',
      mineAction: 'Browse templates',
      historyTitle: 'No requests',
      historyText: 'Every request that needed a decision is kept here.',
      filteredTitle: 'No request matches',
      filteredText: 'There may be others that these filters leave out.',
    },
    requestStatus: {
      pending: 'Pending',
      approved: 'Approved',
      rejected: 'Rejected',
      expired: 'Expired',
      cancelled: 'Cancelled',
    },
    stageStatus: {
      waiting: 'Not yet open',
      open: 'Open',
      approved: 'Approved',
      rejected: 'Rejected',
      expired: 'Expired',
      closed: 'Closed',
    },
    risk: {
      low: 'Low',
      elevated: 'Elevated',
      high: 'High',
      unknown: 'Unknown',
    },
    stageKind: {
      'team-lead': 'Team lead',
      finance: 'Finance',
      security: 'Security',
      freeze: 'Change management',
    },
    request: {
      what: 'The request',
      askedBy: 'Asked for by',
      decided: 'Decided',
      approve: 'Approve',
      reject: 'Reject',
      cancel: 'Cancel request',
      why: 'Why this needs approval',
      noReasons: 'Policy gave no reasons.',
      whoDecides: 'Who decides',
      sequential: 'One after the other',
      parallel: 'In parallel',
      facts: 'Facts',
      operation: 'Operation',
      environment: 'Environment',
      cost: 'Cost',
      costValue: '{{cost}} a month',
      risk: 'Risk',
      team: 'Team',
      affectedTeams: 'Affected teams',
      template: 'Template',
      run: 'Run',
      openRun: 'Open the run',
      due: 'Due',
      plan: 'Plan',
      planValue: '{{add}} to add, {{change}} to change, {{destroy}} to destroy',
      head: 'Commit',
      parameters: 'What was filled in',
      noParameters: 'The form had no fields.',
      links: 'Look at it',
      history: 'History',
      outcomeRejected: 'Rejected',
      outcomeApproved: 'Approved',
      outcomeExpired: 'Expired: nobody decided in time',
      outcomeCancelled: 'Cancelled',
      outcomeApprovedText: 'The run goes on by itself.',
      outcomeEndedText: 'The run has ended; nothing after the gate was done.',
      by: 'by',
    },
    stage: {
      canDecide: 'Can decide',
      nobody: 'Nobody',
      quorum: '{{amount}} approvals needed',
      leadOf: 'Lead of',
      membersOf: 'Members of',
      due: 'due',
      approvedBy: 'approved',
      rejectedBy: 'rejected',
      escalated: 'Escalated',
      escalatedTo: 'to',
      escalatedToNobody: 'the policy names nobody to ask as well',
      you: 'You can decide here',
    },
    history: {
      approvedAs: 'approved as',
      rejectedAs: 'rejected as',
      teamLead: 'team lead',
      of: 'of',
      added: 'May decide as well:',
      itself: 'Self-service',
    },
    vote: {
      approveTitle: 'Approve this request?',
      rejectTitle: 'Reject this request?',
      approveText:
        'Your name, the time and your comment are kept. If nobody else has to agree, the run goes on at once.',
      rejectText:
        'The run ends and nothing more is created. The requester sees your comment.',
      comment: 'Comment',
      optional: 'Optional',
      rejectHint: 'A rejection needs a comment: say why, and what would help.',
      stage: 'As',
      failed: 'Your vote was not counted: {{reason}}',
      back: 'Back',
    },
    withdraw: {
      action: 'Withdraw my vote',
      title: 'Withdraw your vote?',
      text: 'It no longer counts, and you can vote again as long as this is undecided. The history keeps that you voted and withdrew.',
      failed: 'Your vote was not withdrawn: {{reason}}',
    },
    cancel: {
      title: 'Cancel your request?',
      text: 'The run ends and nothing more is created. Whoever was asked no longer sees it in their list.',
      confirm: 'Cancel request',
      failed: 'The request was not cancelled: {{reason}}',
    },
    summary: {
      asked: 'Asked',
      canDecide: 'can decide',
      due: 'due',
      open: 'Open the request',
      why: 'Why',
    },
    nav: {
      count: '{{amount}} waiting for you',
    },
  },
});

/** Looks up one text of the Approvals pages. */
export type ApprovalsTexts = TranslationFunction<
  typeof approvalsTranslationRef.T
>;
