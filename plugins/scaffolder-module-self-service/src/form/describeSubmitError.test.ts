import { describeSubmitError } from './describeSubmitError';

describe('describeSubmitError', () => {
  it.each([
    [
      'values that the schema refuses',
      'Backend request failed, 400 Bad Request {"errors":[{"stack":"instance.name does not match pattern \\"^[a-z]+$\\""},{}]}',
      {
        title: 'some values are not accepted',
        remedy: expect.stringContaining('Go back'),
        details: ['name does not match pattern "^[a-z]+$"'],
      },
    ],
    [
      'what the backend says',
      'Backend request failed, 403 Forbidden {"error":{"name":"NotAllowedError","message":"Unauthorized"}}',
      {
        title: 'Unauthorized',
        remedy: expect.stringContaining('may not start runs'),
        details: [],
      },
    ],
    [
      'an answer of another server',
      'Backend request failed, 502 Bad Gateway <html>{}',
      {
        title: 'Bad Gateway <html>',
        remedy: expect.stringContaining('may have started'),
        details: [],
      },
    ],
    [
      'a status without words',
      'Backend request failed, 404 ',
      { title: '404', remedy: expect.stringContaining('removed'), details: [] },
    ],
  ])('explains %s', (_, message, expected) => {
    expect(describeSubmitError(new Error(message))).toEqual(expected);
  });

  it('does not say that nothing was started when nobody knows', () => {
    expect(describeSubmitError(new TypeError('Failed to fetch'))).toEqual({
      title: 'the portal could not be reached',
      remedy: expect.stringContaining('look at Runs'),
      details: [],
    });
  });

  it('leaves other errors as they are', () => {
    expect(describeSubmitError(new Error('name is taken')).title).toBe(
      'name is taken',
    );
  });
});
