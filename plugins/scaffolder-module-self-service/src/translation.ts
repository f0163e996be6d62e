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
      all: 'All',
      whose: 'Whose runs',
      filter: 'Status',
      everyStatus: 'Every status',
      filteredNote: 'Among the newest {{amount}} runs.',
      emptyTitle: 'No runs yet',
      emptyText:
        'Whatever you create from a template shows up here, with its steps and their results.',
      emptyFiltered: 'No run has this status.',
      emptyAction: 'Browse templates',
    },
    run: {
      what: 'The run',
      by: 'by',
      started: 'Started',
      took: 'took {{duration}}',
      runningFor: '{{duration}} so far',
      cancel: 'Cancel',
      retry: 'Retry',
      startOver: 'Start over',
      steps: 'Steps',
      progress: '{{done}} of {{total}} done',
      exists: 'What exists now',
      nothingExists: 'Nothing has been created outside.',
      result: 'Result',
      input: 'What was filled in',
      showLog: 'Log of {{step}}',
      emptyLog: 'This step has written nothing.',
      waited: 'waited {{duration}}',
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
      failedTitle: 'Failed at “{{step}}”',
      failedTitleUnknown: 'The run failed',
      failedText:
        'Retry goes on from the failed step; what had finished is not done again.',
      withdrawnTitle: 'The request was cancelled',
      withdrawnBy: 'The request was cancelled by',
      withdrawnText:
        'Nothing after the gate was done. Start over if you still need it.',
      cancelledTitle: 'The run was cancelled',
      cancelledText:
        'What had been created until then is listed under “What exists now”.',
      attentionTitle: 'The run cannot go on without a person',
    },
    cancel: {
      title: 'Cancel this run?',
      text: 'What it has created so far stays and is listed on this page. Its approval requests are closed.',
      confirm: 'Cancel run',
      back: 'Back',
    },
    action: {
      failed: 'That did not work: {{reason}}',
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
