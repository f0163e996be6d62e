import {
  forgetDecisionToken,
  guardDecisionTokens,
  readDecisionToken,
} from './decisionToken';

const TOKEN = `${'a'.repeat(42)}1`;
const OTHER = `${'b'.repeat(42)}2`;

function open(address: string) {
  window.history.replaceState(undefined, '', address);
}

beforeAll(() => guardDecisionTokens());

beforeEach(() => {
  forgetDecisionToken();
  open('/');
});

describe('guardDecisionTokens', () => {
  it.each(['/approvals/decide', '/portal/approvals/decide/'])(
    'takes the token out of the address at %s, and keeps it',
    path => {
      open(`${path}?from=mail#${TOKEN}`);

      guardDecisionTokens();

      expect(window.location.href).not.toContain(TOKEN);
      expect(window.location.pathname).toBe(path);
      expect(window.location.search).toBe('?from=mail');
      expect(readDecisionToken()).toBe(TOKEN);
      forgetDecisionToken();
      expect(readDecisionToken()).toBeUndefined();
    },
  );

  it('does so before others hear of a second link in the same tab', async () => {
    open(`/approvals/decide`);
    const seen = new Promise<string>(resolve => {
      window.addEventListener('popstate', () => resolve(window.location.href), {
        once: true,
      });
    });

    window.location.hash = `#${OTHER}`;

    expect(await seen).not.toContain(OTHER);
    expect(readDecisionToken()).toBe(OTHER);
  });

  it('forgets an older token for a broken link', () => {
    open(`/approvals/decide#${TOKEN}`);
    guardDecisionTokens();
    open(`/approvals/decide#${TOKEN.slice(5)}`);

    guardDecisionTokens();

    expect(window.location.hash).toBe('');
    expect(readDecisionToken()).toBeUndefined();
  });

  it('does without storage where the browser allows none', () => {
    const refuse = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const storage = jest.spyOn(Storage.prototype, 'setItem');
    storage.mockImplementation(refuse);
    const reading = jest.spyOn(Storage.prototype, 'getItem');
    reading.mockImplementation(refuse);
    try {
      open(`/approvals/decide#${TOKEN}`);

      guardDecisionTokens();

      expect(window.location.hash).toBe('');
      expect(readDecisionToken()).toBe(TOKEN);
    } finally {
      storage.mockRestore();
      reading.mockRestore();
    }
  });

  it('leaves other addresses alone', () => {
    open(`/approvals/request-1#${TOKEN}`);

    guardDecisionTokens();

    expect(window.location.hash).toBe(`#${TOKEN}`);
    expect(readDecisionToken()).toBeUndefined();
  });
});
