import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  makeEvents,
  makeProblem,
  makeRunState,
  makeTask,
} from '../__testUtils__/fixtures';
import { renderRuns } from '../__testUtils__/renderRuns';

const EVENTS = makeEvents(
  ['log', { stepId: 'gate', status: 'processing' }],
  ['log', { stepId: 'gate', status: 'completed' }],
  ['log', { stepId: 'apply', status: 'processing' }],
  ['log', { stepId: 'apply', message: 'info: one' }],
  ['log', { stepId: 'apply', message: 'info: two' }],
  ['log', { stepId: 'apply', message: 'info: three' }],
  ['log', { stepId: 'apply', message: 'info: four' }],
  ['log', { stepId: 'apply', message: 'info: twofold' }],
);

/** A run that has ended long ago, of which the log can't be read. */
function makeUnread() {
  return {
    task: makeTask('completed'),
    events: EVENTS,
    run: { state: makeRunState({ status: 'completed', phase: 'completed' }) },
    approvals: {},
    failing: { log: new Error('cut') } as { log?: Error },
  };
}

function renderSteps(state: Parameters<typeof makeRunState>[0] = {}) {
  return renderRuns({
    task: makeTask('processing'),
    events: EVENTS,
    run: { state: makeRunState(state) },
    approvals: {},
  });
}

/** Catches what is handed to the reader as a file. */
function catchDownloads() {
  const files: { name: string; blob: Blob }[] = [];
  let blob: Blob;
  URL.createObjectURL = jest.fn(source => {
    blob = source as Blob;
    return 'blob:log';
  });
  URL.revokeObjectURL = jest.fn();
  jest
    .spyOn(HTMLAnchorElement.prototype, 'click')
    .mockImplementation(function click(this: HTMLAnchorElement) {
      files.push({ name: this.download, blob });
    });
  return files;
}

describe('the steps of a run', () => {
  afterEach(() => jest.restoreAllMocks());

  it('say how long they usually take, until they have ended', async () => {
    renderSteps({ expectedSeconds: { gate: 3, apply: 42 } });

    expect(
      await screen.findByRole('button', { name: /^Apply/ }),
    ).toHaveTextContent('usually 42 s');
    expect(
      await screen.findByRole('button', { name: /^Approval.*Completed/ }),
    ).not.toHaveTextContent('usually');
  });

  it('show a skipped step as skipped, with the reason', async () => {
    renderSteps({
      stepReports: [
        {
          stepId: 'gate',
          outcome: 'skipped',
          problem: makeProblem(),
          at: '2026-11-22T10:00:00Z',
        },
      ],
    });

    expect(
      await screen.findByRole('button', { name: /^Approval.*Skipped/ }),
    ).toHaveTextContent('Skipped: Vault is sealed.');
    expect(screen.getByText('0 of 2 done')).toBeInTheDocument();
  });

  it('are not passed off as not begun where the log can not be read', async () => {
    const backends = makeUnread();
    renderRuns(backends);

    const steps = await screen.findByRole('region', { name: 'Steps' });
    expect(await within(steps).findByRole('alert')).toHaveTextContent(
      'The log could not be loaded: cut',
    );
    expect(within(steps).queryByText('Not begun')).not.toBeInTheDocument();
    expect(within(steps).queryByText(/of 2 done/)).not.toBeInTheDocument();

    delete backends.failing.log;
    await userEvent.click(
      within(steps).getByRole('button', { name: 'Try again' }),
    );

    expect(
      await screen.findByRole('button', { name: /^Approval.*Completed/ }),
    ).toBeVisible();
  });

  it('search in a log', async () => {
    renderSteps();

    await userEvent.type(
      await screen.findByRole('searchbox', {
        name: 'Search in the log of Apply',
      }),
      'TWO',
    );

    const log = screen.getByRole('log', { name: 'Log of Apply' });
    expect(within(log).getByText('two')).toBeInTheDocument();
    expect(within(log).getByText('twofold')).toBeInTheDocument();
    expect(within(log).queryByText('three')).toBeNull();
    expect(screen.getByText('2 of 5 lines')).toHaveAttribute('role', 'status');
  });

  it('hand out the log of a step and of the run', async () => {
    const files = catchDownloads();
    renderSteps();

    await userEvent.click(
      await screen.findByRole('button', { name: 'Download the log of Apply' }),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Download log' }));

    expect(files.map(({ name }) => name)).toEqual([
      'apply.log',
      'run-task-1.log',
    ]);
    const [step, run] = files.map(({ blob }) => blob.size);
    expect(step).toBe(
      '2026-11-22T10:00:03.000Z one\n'.length * 5 +
        'twothreefourtwofold'.length -
        'oneoneoneone'.length,
    );
    expect(run).toBeGreaterThan(step);
  });
});
