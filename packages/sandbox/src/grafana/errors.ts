import { CustomErrorBase } from '@backstage/errors';

/** A refusal of Grafana: `{ message }` with its status, and what else it says. */
export class GrafanaError extends CustomErrorBase {
  name = 'GrafanaError' as const;

  constructor(
    readonly status: number,
    message: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** A refusal of the ruler: plain text. */
export class RulerError extends CustomErrorBase {
  name = 'RulerError' as const;

  constructor(readonly status: number, message: string) {
    super(message);
  }
}
