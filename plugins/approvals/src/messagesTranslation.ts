import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts about messages: the page that a mail's link leads to, where people are
 * told of what, and what became of each message.
 *
 * @public
 */
export const messagesTranslationRef = createTranslationRef({
  id: 'approvals.messages',
  messages: {
    decide: {
      what: 'The request of this link',
      yours: 'Your decision',
      yoursText:
        'You decide as {{stage}}. Your name, the time and your comment are kept; if nobody else has to agree, the run goes on at once.',
      asYou: 'Signed in as',
      approve: 'Approve',
      reject: 'Reject',
      comment: 'Comment',
      commentHint: 'Optional to approve; a rejection needs one.',
      commentMissing:
        'A rejection needs a comment: say why, and what would help.',
      failed: 'Your vote was not counted: {{reason}}',
      approved: 'You have approved this',
      rejected: 'You have rejected this',
      done: 'Your vote is counted.',
      othersDecide: 'Others have to agree as well before it goes on.',
      goesOn: 'The run goes on by itself.',
      ended: 'The run ends, and the requester sees your comment.',
      unusable: 'This link does not decide any more',
      openRequest: 'Open the request',
      inbox: 'What waits for me',
    },
    noLink: {
      title: 'There is no decision link here',
      text: 'Open the link of the mail again. Each decides once; what waits for you is on the Approvals page as well.',
    },
    unknownLink: {
      title: 'Nobody knows this link',
      text: 'It may be incomplete, or too old. What waits for you is on the Approvals page as well.',
    },
    foreignLink: {
      title: 'This link was sent to somebody else',
      text: 'Only the person whom the mail was sent to can decide by it. If that is you, sign out, and open it again.',
      signOut: 'Sign out',
    },
    preferences: {
      tab: 'Messages',
      what: 'Where you are told',
      intro:
        'Choose where you want to be told. The lists on these pages have everything in any case.',
      kind: 'What about',
      cell: '{{kind}}: {{channel}}',
      atLeastOne:
        'One at least has to stay on: nobody decides what they never hear of.',
      byDefault: 'By default: {{channels}}',
      byDefaultNothing: 'By default: nowhere',
      reset: 'Back to the defaults',
      saving: 'Saving…',
      saved: 'Saved',
      notSaved: 'Not saved: {{reason}}',
      none: 'Messages are sent nowhere yet: your portal has none of its channels set up.',
    },
    kind: {
      'approval-needed': 'A request waits for my approval',
      'approval-reminder': 'It still waits, and is due soon',
      'approval-escalated': 'Nobody has decided in time',
      'request-progress': 'Something becomes of my own request',
    },
    delivery: {
      title: 'Who was told',
      nobody: 'Nobody yet.',
      failures: '{{amount}} did not arrive',
      attempts: 'tried {{amount}} times',
      retry: 'Send again',
      retryOf: 'Send again to {{person}} by {{channel}}',
      notRetried: 'It was not sent again: {{reason}}',
      others: 'Show the {{amount}} that arrived or are on their way',
    },
    deliveryKind: {
      'approval-needed': 'asked to decide',
      'approval-reminder': 'reminded',
      'approval-escalated': 'told that nobody has decided',
      'request-progress': 'told how it stands',
    },
    deliveryStatus: {
      waiting: 'On its way',
      sent: 'Sent',
      failed: 'Trying again',
      'given-up': 'Given up',
    },
    channel: {
      notification: 'Notifications',
      chat: 'Chat',
      mail: 'Mail',
    },
  },
});

/** Looks up one text about messages. */
export type MessagesTexts = TranslationFunction<
  typeof messagesTranslationRef.T
>;
