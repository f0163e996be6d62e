import {
  ConflictError,
  ForwardedError,
  NotFoundError,
} from '@backstage/errors';
import { createProblemError, problemOf, withProblem } from './problems';

const problem = {
  what: 'There is none.',
  whose: 'yours',
  canPass: false,
  remedy: 'Make one.',
} as const;

describe('problems of errors', () => {
  it('makes an error that says what happened and what to do', () => {
    const error = createProblemError(NotFoundError, {
      what: 'There is none.',
      remedy: 'Make one.',
    });
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error.message).toBe('There is none. Make one.');
    expect(problemOf(error)).toEqual(problem);
  });

  it('is unseen by loggers and serialisers', () => {
    const error = withProblem(new ConflictError('Exists'), problem);
    expect(Object.keys(error)).not.toContain('self-service.problem');
    expect(JSON.stringify(error)).not.toContain('Make one');
  });

  it('is found behind errors that forward it, the nearest first', () => {
    const inner = withProblem(new Error('inner'), problem);
    expect(problemOf(new ForwardedError('outer', inner))).toEqual(problem);
    const nearer = { ...problem, what: 'Nearer.' };
    const outer = withProblem(new ForwardedError('outer', inner), nearer);
    expect(problemOf(outer)).toEqual(nearer);
  });

  it("is nobody's where nobody has said so", () => {
    const circle = new Error('a');
    circle.cause = circle;
    for (const error of [undefined, 'text', new Error('plain'), circle]) {
      expect(problemOf(error)).toBeUndefined();
    }
  });
});
