import { CustomErrorBase } from '@backstage/errors';

/** A refusal of Datadog with its status: `{ errors: [] }`, but for a few. */
export class DatadogError extends CustomErrorBase {
  name = 'DatadogError' as const;

  constructor(
    readonly status: number,
    message: string,
    readonly body: object = { errors: [message] },
  ) {
    super(message);
  }
}
