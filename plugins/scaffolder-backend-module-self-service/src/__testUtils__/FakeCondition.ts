import { InputError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  Condition,
  ConditionState,
  ConditionSubject,
} from '@self-service/plugin-runs-node';

/** A condition that is as a test says; `http` is its name in templates. */
export class FakeCondition implements Condition {
  readonly kind = 'http';
  state: ConditionState = { status: 'open', description: 'Not yet.' };
  looks = 0;

  describe({ url }: JsonObject): ConditionSubject {
    if (typeof url !== 'string') {
      throw new InputError('with.url is missing');
    }
    return { title: `an answer of ${url}`, subject: url };
  }

  async check(): Promise<ConditionState> {
    this.looks += 1;
    return this.state;
  }
}
