import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the form and of what it says before anything is sent.
 *
 * @public
 */
export const formTranslationRef = createTranslationRef({
  id: 'self-service-form',
  messages: {
    start: {
      what: 'The form',
      asLastTime: 'Filled in as last time.',
      lastTimeTitle: 'Some fields are filled in as last time',
      lastTimeReset: 'Start from the defaults',
      resource: 'About',
      resourceFailed:
        'The resource in the address could not be read: {{reason}}',
      resourceFailedText: 'Say in the form which one you mean.',
      entity: 'For',
    },
    statistics: {
      usually: 'Usually done in {{duration}}',
      success: '{{percent}} of {{runs}} runs succeeded',
      successOne: '{{percent}} of 1 run succeeded',
      none: 'Not used in the last 90 days',
    },
    panel: {
      title: 'What will happen',
      updating: 'Updating…',
      loading: 'Working out what will happen',
      failed: 'This could not be worked out: {{reason}}',
      failedText: 'You can go on all the same: policy decides when you create.',
      stale: 'This is as of before your last change: {{reason}}',
      again: 'Try again',
      show: 'Details',
      hide: 'Close',
    },
    outcome: {
      auto: 'Goes through at once',
      autoText: 'No rule asks for an approval.',
      approval: 'Needs approval',
      denied: 'Not possible',
      deniedText: 'Policy does not allow this:',
      incomplete: 'Not filled in yet',
      incompleteText: 'Fill in {{fields}} to see whether it needs an approval.',
      unknown: 'Decided when you create',
      typical: 'Usually decided in {{duration}} ({{samples}} requests like it)',
      typicalOne: 'Usually decided in {{duration}} (1 request like it)',
      noHistory: 'There was no request like it in the last 90 days.',
      sequential: 'One after the other:',
    },
    stage: {
      quorum: '{{quorum}} of',
      more: 'and {{amount}} more',
      nobody: 'nobody yet',
      usually: 'usually {{duration}}',
      due: 'asked to answer within {{duration}}',
    },
    alternatives: {
      title: 'Without an approval',
      titleShorter: 'A shorter way',
      text: '{{field}}: {{value}}',
      auto: 'goes through at once',
      avoids: 'needs no approval of {{stages}}',
      shorter: 'needs fewer approvals',
      cost: '{{cost}} a month',
      use: 'Use it',
    },
    problems: {
      title: 'To correct',
      titleWarnings: 'Worth a look',
      unchecked: 'Names were not checked: {{reason}}',
    },
    warnings: { title: 'Good to know' },
    creates: {
      title: 'Creates',
      unnamed: 'name not filled in yet',
      in: 'in {{system}}',
    },
    cost: {
      title: 'Costs',
      monthly: '{{cost}} a month',
      free: 'Nothing',
      unknown: 'Not known yet',
    },
    grants: { title: 'Gives access' },
    rules: { title: 'Rules that apply' },
    history: { title: 'How it went before' },
    review: {
      auto: 'It starts at once when you create it.',
      approval:
        'When you create it, {{people}} will be asked. It goes on by itself as soon as they have approved.',
      approvalNobody:
        'When you create it, approval is asked for. It goes on by itself then.',
      denied:
        'It can’t be created as it is: policy does not allow it. Go back and change what “What will happen” says.',
      unknown: 'Whether it needs an approval is decided when you create it.',
      problems: 'This will probably fail:',
      back: 'Back',
      create: 'Create',
    },
    submit: {
      slow: 'This takes longer than usual',
      slowText:
        'It may have started already. Look at Runs before you create it again.',
      runs: 'Open Runs',
    },
    announce: {
      auto: 'Goes through at once.',
      approval: 'Needs approval of {{people}}.',
      approvalNobody: 'Needs an approval.',
      denied: 'Not possible.',
    },
    resources: {
      choose: 'Choose one',
      none: 'There is nothing of yours or your teams that this form can be used on.',
      failed: 'The list could not be loaded: {{reason}}',
    },
    check: {
      title: 'Template check',
      error: 'Error',
      warning: 'Warning',
      fine: 'Nothing is wrong with this template.',
      errorText:
        'As long as there are errors, its runs are refused or go wrong.',
    },
    entity: {
      title: 'Self-service',
      what: 'What can be done with it',
      open: 'Open form',
      openLabel: 'Open form: {{template}}',
    },
    card: {
      owner: 'Owned by',
      choose: 'Choose',
      noDescription: 'No description',
      tags: 'Tags',
    },
  },
});

/** Looks up one text of the form. */
export type FormTexts = TranslationFunction<typeof formTranslationRef.T>;
