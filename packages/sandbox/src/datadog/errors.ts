import { CustomErrorBase } from '@backstage/errors';

/** A refusal of Datadog: `{ errors: [] }` with its status. */
export class DatadogError extends CustomErrorBase {
  name = 'DatadogError' as const;

  constructor(readonly status: number, message: string) {
    super(message);
  }
}
