import {
  createTranslationRef,
  TranslationFunction,
} from '@backstage/frontend-plugin-api';

/**
 * Texts of the Resources pages.
 *
 * @public
 */
export const resourcesTranslationRef = createTranslationRef({
  id: 'runs.resources',
  messages: {
    tabs: {
      mine: 'Mine',
      team: 'My teams',
      all: 'Everybody’s',
    },
    list: {
      what: 'The list of resources',
      whose: 'Whose resources',
      name: 'Resource',
      environment: 'Environment',
      team: 'Team',
      cost: 'Cost / month',
      until: 'Until',
      status: 'Status',
      one: '1 resource',
      total: '{{total}} resources',
      perMonth: '{{cost}} a month',
      sumOfFilter: 'What these filters show',
      sum: 'Altogether',
    },
    filters: {
      what: 'Filters of the list',
      text: 'Search in names',
      kind: 'Kind',
      everyKind: 'Every kind',
      everyStatus: 'All but removed',
      clear: 'Clear filters',
    },
    empty: {
      mineTitle: 'You have no resources',
      mineText:
        'What you create through the portal appears here, with what it costs and until when it stays; from here it can be changed and removed.',
      mineAction: 'Browse templates',
      teamTitle: 'Your teams have no resources',
      teamText:
        'What members of your teams create through the portal appears here.',
      allTitle: 'There are no resources',
      allText: 'What people create through the portal appears here.',
      filteredTitle: 'No resource matches',
      filteredText: 'There may be others that these filters leave out.',
      entityTitle: 'No resources',
      entityText:
        'Nothing that was created through the portal belongs to this.',
    },
    denied: {
      title: 'You may see your own resources and those of your teams',
      text: 'To see everybody’s takes the permission {{permission}}, which your portal gives to those who run it.',
    },
    status: {
      present: 'Present',
      removing: 'Removing',
      removed: 'Removed',
      'remove-failed': 'Removal failed',
    },
    resource: {
      what: 'The resource',
      facts: 'Facts',
      environment: 'Environment',
      team: 'Team',
      cost: 'Cost',
      costValue: '{{cost}} a month',
      until: 'Until',
      noEnd: 'No end',
      ends: 'Ends {{when}}',
      overdue: 'Overdue',
      askedBy: 'Asked for by',
      created: 'Created',
      template: 'Template',
      about: 'In the catalog',
      run: 'Run',
      openRun: 'The run that made it',
      removing: 'It is being removed',
      removeFailed: 'It could not be removed',
      removeFailedText:
        'Some of it still exists and may cost money. The run says what went wrong; remove it again when that is put right.',
      removed: 'It was removed',
      removedText: 'What is shown here is what it consisted of.',
      openRemoval: 'Open the run',
    },
    action: {
      extend: 'Extend',
      change: 'Change',
      remove: 'Remove',
      off: '{{names}}: {{reason}}',
      noReason: 'not possible now.',
      ofResource: '{{action}} {{name}}',
    },
    parts: {
      title: 'What it consists of',
      none: 'Nothing outside is known of it.',
    },
    partStatus: {
      intended: 'May exist',
      created: 'Exists',
      absent: 'Not created',
      undoing: 'Being undone',
      undone: 'Undone',
      'undo-failed': 'Could not be undone',
      retained: 'Kept',
    },
    removals: {
      title: 'Removals',
      run: 'Removal',
      by: 'by',
    },
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
    entity: {
      title: 'Resources of this entity',
      open: 'All about this resource',
      more: '{{amount}} more are on the Resources page.',
    },
  },
});

/** Looks up one text of the Resources pages. */
export type ResourcesTexts = TranslationFunction<
  typeof resourcesTranslationRef.T
>;
