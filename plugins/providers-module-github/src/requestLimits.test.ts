import { REQUEST_LIMITS } from './requestLimits';

describe('REQUEST_LIMITS', () => {
  const [points, content] = REQUEST_LIMITS;

  it.each([
    ['GET', '/repos/o/r/pulls/1', 1, 0],
    ['POST', '/graphql', 1, 0],
    ['POST', '/repos/o/r/git/trees', 5, 0],
    ['PATCH', '/repos/o/r/pulls/1', 5, 0],
    ['PUT', '/repos/o/r/pulls/1/merge', 5, 0],
    ['POST', '/repos/o/r/pulls', 5, 1],
    ['POST', '/api/v3/repos/o/r/issues/1/comments', 5, 1],
  ])(
    'counts %s %s for %d points, and as %d creations',
    (method, path, weight, created) => {
      const request = { method, path };
      expect(points.weigh?.(request)).toBe(weight);
      expect(content.weigh?.(request)).toBe(created);
    },
  );
});
