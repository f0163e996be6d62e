import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts about runs that fail: problems, questions to people, retry, rollback.
 *
 * @public
 */
export const failureTranslationRef = createTranslationRef({
  id: 'self-service-run-failures',
  messages: {
    problem: {
      titleStep: 'Failed at “{{step}}”',
      title: 'The run failed',
      whose: 'Whose problem',
      yours: 'Yours: there is something you can change',
      platform: 'The platform’s: whoever runs this portal has to act',
      vendor: '{{vendor}}’s: it is down, slow, or refused for now',
      vendorUnnamed:
        'An outside system’s: it is down, slow, or refused for now',
      unknown: 'Unknown: nobody has described this error yet',
      again: 'Trying again',
      canPass: 'Can help',
      canPassAt: 'Can help, from {{time}}',
      cannotPass: 'Does not help: the same thing would fail again',
      remedy: 'What to do',
      details: 'Details for support',
      from: 'From',
      status: 'HTTP status',
      requestId: 'Request id',
      raw: 'Original message',
    },
    held: {
      title: 'What exists is kept until you decide',
      text: 'Retry goes on from the failed step. Edit and resubmit starts anew with other values. Roll back undoes what exists.',
      deadline: 'Without a decision it is rolled back by itself',
    },
    stuck: {
      title: 'Something could not be undone',
      text: 'Look at “What exists now” for what is left and why. Roll back tries again.',
    },
    rollingBack: {
      title: 'Rolling back',
      progress: '{{done}} of {{total}} undone',
      text: 'What this run has made is undone, last first. You can leave this page.',
      by: 'Asked for by',
    },
    rolledBack: {
      title: 'Rolled back',
      nothing: 'Nothing of this run exists any more.',
      retained:
        'What could not be undone is listed under “What exists now”, with what to do about it.',
      by: 'Rolled back by',
    },
    replaced: {
      by: 'Resubmitted with other values:',
      of: 'Replaces an earlier run:',
      link: 'Open that run',
    },
    options: {
      retry: 'Retry',
      resubmit: 'Edit and resubmit',
      rollback: 'Roll back',
      cancel: 'Cancel',
      off: '{{names}}: {{reason}}',
      noReason: 'Not possible now.',
    },
    retry: {
      title: 'Retry this run?',
      text: 'Nothing has happened yet. This is what a retry does:',
      again: 'Runs again',
      next: 'Runs for the first time',
      kept: 'Is kept and not done again',
      takenUp: 'Exists, and is taken up: {{name}}',
      keeps: 'Made: {{name}}',
      policy: 'What policy says now',
      unchanged: 'Nothing has changed: the decision stands.',
      approved: 'Policy was asked again, and agrees.',
      pending: 'People must approve first; the run waits for them.',
      denied: 'Policy does not allow this any more.',
      changes: 'What changed since',
      refused: 'This run cannot be retried: {{reason}}',
      confirm: 'Retry',
      confirmPending: 'Ask for approval and retry',
      preview: 'What a retry would do',
      back: 'Back',
    },
    rollback: {
      title: 'Roll back this run?',
      text: 'The run can not be retried afterwards.',
      undone: 'Will be undone, in this order',
      stays: 'Stays',
      nothing: 'Nothing of this run exists: it is only closed.',
      comment: 'Comment (optional)',
      confirm: 'Roll back',
      back: 'Back',
      pullRequest:
        'closed with its branch; if it is merged, a pull request that takes it back is opened for you to merge',
      apply: 'destroyed',
      secret: 'removed',
      repository: 'deleted while only this run has pushed to it, else archived',
      entity: 'removed from the catalog',
      other: 'undone by {{provider}}',
    },
    cancel: {
      title: 'Cancel this run?',
      text: 'No further step begins, and its approval requests are closed.',
      existing: 'What exists of it',
      keep: 'Keep it for now: I decide later (retry or roll back)',
      rollback: 'Roll it back',
      comment: 'Comment (optional)',
      confirm: 'Cancel run',
      back: 'Back',
    },
    intervention: {
      title: 'A person has to act',
      titleStep: 'A person has to act: “{{step}}”',
      asked: 'Asked:',
      since: 'since',
      instructions: 'What to do',
      notYou:
        'A member of this group answers here when it is done. The run goes on by itself then.',
      comment: 'Comment (optional)',
      continue: 'Continue',
      continueHint: 'It is done outside: the step counts as finished.',
      retry: 'Retry',
      retryHint: 'The cause is gone: the step runs again.',
      'give-up': 'Give up',
      giveUpHint: 'The run fails at this step.',
      answers: 'Answer',
    },
    resubmit: {
      what: 'The run to start from',
      title: 'Filled in as in an earlier run',
      secrets: 'Secrets are left empty: type them in anew.',
      replaces:
        'When you submit, the earlier run is rolled back first, and this one takes its place.',
      view: 'Open the earlier run',
      rollingBack: 'Rolling back the earlier run; this one starts then',
      rollingBackText: 'Stay on this page until it has started.',
      failed: 'The run was not started: {{reason}}',
      unlinkedTitle: 'The run has started, but could not be linked',
      unlinked:
        'It runs all the same; the page of the earlier run does not name it.',
      open: 'Open the new run',
    },
    timer: {
      title: 'Waiting to try again',
      at: 'The next try is',
    },
    history: {
      title: 'History',
      started: 'Started',
      waited: 'Began to wait: {{title}}',
      resumed: 'The wait was over: {{title}}',
      retried: 'Tried again, attempt {{attempt}}',
      failed: '“{{step}}” failed',
      retrying: '“{{step}}” failed and is tried again',
      skipped: '“{{step}}” failed and was skipped',
      asked: '“{{step}}” failed; a person was asked',
      continued: '“{{step}}” was done by a person; the run went on',
      'answered-continue': 'Answered “Continue” for “{{step}}”',
      'answered-retry': 'Answered “Retry” for “{{step}}”',
      'answered-give-up': 'Gave up at “{{step}}”',
      ended: '{{status}}',
      by: 'by',
    },
  },
});

/** Looks up one text about runs that fail. */
export type FailureTexts = TranslationFunction<typeof failureTranslationRef.T>;
