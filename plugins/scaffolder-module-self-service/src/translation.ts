import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the run pages.
 *
 * @public
 */
export const runsTranslationRef = createTranslationRef({
  id: 'self-service-runs',
  messages: {
    runStatus: {
      queued: 'Queued',
      running: 'Running',
      waiting: 'Waiting',
      'needs-attention': 'Needs attention',
      completed: 'Completed',
      failed: 'Failed',
      'rolling-back': 'Rolling back',
      'rolled-back': 'Rolled back',
      cancelled: 'Cancelled',
    },
    stepState: {
      open: 'Waiting to start',
      notBegun: 'Not begun',
      running: 'Running',
      waiting: 'Waiting',
      completed: 'Completed',
      failed: 'Failed',
      skipped: 'Skipped',
      cancelled: 'Cancelled',
    },
    list: {
      what: 'The list of runs',
      template: 'Template',
      name: 'Name',
      requester: 'Requester',
      status: 'Status',
      created: 'Created',
      mine: 'Mine',
      team: 'My teams’',
      all: 'All',
      whose: 'Whose runs',
      filters: 'Filter the runs',
      text: 'Search by name',
      everyStatus: 'Every status',
      everyTemplate: 'Every template',
      clear: 'Clear filters',
      total: '{{total}} runs',
      one: '1 run',
      emptyTitle: 'No runs yet',
      emptyText:
        'Whatever you create from a template shows up here, with its steps and their results.',
      emptyTeamText:
        'Whatever people of your teams create from a template shows up here.',
      emptyFilteredTitle: 'No run matches',
      emptyFiltered: 'Other filters show more.',
      emptyAction: 'Browse templates',
      emptyEntityTitle: 'No runs',
      emptyEntityText:
        'Runs that create or change this entity show up here. It was made in another way, or before the runs were recorded.',
      entityTitle: 'Runs about this entity',
    },
    run: {
      what: 'The run',
      by: 'by',
      started: 'Started',
      took: 'took {{duration}}',
      runningFor: '{{duration}} so far',
      team: 'Team',
      startOver: 'Start over',
      announce: 'The run is now: {{status}}',
      steps: 'Steps',
      progress: '{{done}} of {{total}} done',
      exists: 'What exists now',
      nothingExists: 'Nothing has been created outside.',
      result: 'Result',
      input: 'What was filled in',
      showLog: 'Log of {{step}}',
      emptyLog: 'This step has written nothing.',
      waited: 'waited {{duration}}',
      usually: 'usually {{duration}}',
      tries: '{{amount}} tries',
      searchLog: 'Search in the log of {{step}}',
      searchPlaceholder: 'Search',
      found: '{{amount}} of {{total}} lines',
      downloadLog: 'Download the log of {{step}}',
      downloadRun: 'Download log',
      skipped: 'Skipped: {{reason}}',
      continued: 'Done by a person outside, who let the run go on.',
      asked: 'A person was asked: {{reason}}',
      retrying: 'Failed ({{reason}}) and is tried again',
      retryingAt: 'Failed ({{reason}}) and is tried again {{time}}',
    },
    waiting: {
      title: 'Waiting for approval',
      titleOther: 'Waiting',
      titleDecided: 'Decided; the run goes on',
      text: 'Nobody has to do anything on this page: the run goes on by itself as soon as the decision is there.',
      textOther: 'The run goes on by itself when this has happened.',
      since: 'since',
      look: 'Look at it',
    },
    outcome: {
      deniedTitle: 'Policy does not allow this',
      deniedText: 'Change what is said above and start over.',
      rejectedBy: 'Rejected by',
      rejectedTitle: 'The request was rejected',
      rejectedText:
        'Nothing after the gate was done. Start over with what the comment asks for.',
      expiredTitle: 'Nobody decided in time',
      expiredText: 'Nothing after the gate was done. Start over to ask again.',
      failedText:
        'Retry goes on from the failed step; what had finished is not done again.',
      withdrawnTitle: 'The request was cancelled',
      withdrawnBy: 'The request was cancelled by',
      withdrawnText:
        'Nothing after the gate was done. Start over if you still need it.',
      cancelledTitle: 'The run was cancelled',
      cancelledBy: 'The run was cancelled by',
      cancelledNothing: 'Nothing of it exists.',
      cancelledText:
        'What had been created until then is listed under “What exists now”.',
      attentionTitle: 'The run cannot go on without a person',
    },
    action: {
      failed: 'That did not work: {{reason}}',
    },
    effect: {
      tries: 'tried {{tries}} times',
      follow: 'Follow it',
    },
    effectStatus: {
      inProgress: 'In progress',
      intended: 'May exist',
      created: 'Exists',
      absent: 'Not created',
      undoing: 'Being undone',
      undone: 'Undone',
      'undo-failed': 'Could not be undone',
      retained: 'Kept',
    },
  },
});

/** Looks up one text of the run pages. */
export type RunsTexts = TranslationFunction<typeof runsTranslationRef.T>;
