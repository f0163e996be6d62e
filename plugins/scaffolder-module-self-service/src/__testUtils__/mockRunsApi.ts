import { RunsApi } from '../api/RunsApi';

/** A {@link RunsApi} whose methods refuse until a test says otherwise. */
export function mockRunsApi(): jest.Mocked<RunsApi> {
  const refuse = () => jest.fn().mockRejectedValue(new Error('not mocked'));
  return {
    getRun: refuse(),
    pageRuns: refuse(),
    previewRetry: refuse(),
    retry: refuse(),
    rollBack: refuse(),
    cancel: refuse(),
    replace: refuse(),
    answer: refuse(),
  };
}
