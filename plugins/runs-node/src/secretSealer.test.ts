import { mockServices } from '@backstage/backend-test-utils';
import { createSecretSealer, SecretSealer } from './secretSealer';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
const SECRETS = { password: 'hunter2', token: 'ünïcode ✓' };

function sealerWith(runs: object): SecretSealer {
  const sealer = createSecretSealer(
    mockServices.rootConfig({ data: { runs } }),
  );
  if (!sealer) {
    throw new Error('no key');
  }
  return sealer;
}

describe('createSecretSealer', () => {
  it('gives back what it sealed, and shows none of it', () => {
    const sealer = sealerWith({ secretsKey: KEY });
    const sealed = sealer.seal(SECRETS, 'task-1');
    expect(sealer.open(sealed, 'task-1')).toEqual(SECRETS);
    expect(Buffer.from(sealed, 'base64').toString()).not.toContain('hunter2');
    expect(sealed).not.toContain('password');
  });

  it('never seals the same twice alike', () => {
    const sealer = sealerWith({ secretsKey: KEY });
    const all = Array.from({ length: 50 }, () => sealer.seal(SECRETS, 't'));
    expect(new Set(all).size).toBe(50);
  });

  it('opens nothing for another run', () => {
    const sealer = sealerWith({ secretsKey: KEY });
    const sealed = sealer.seal(SECRETS, 'task-1');
    expect(() => sealer.open(sealed, 'task-2')).toThrow(/another run/);
  });

  it('opens nothing that was altered', () => {
    const sealer = sealerWith({ secretsKey: KEY });
    const [version, id, body] = sealer.seal(SECRETS, 'task-1').split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (const at of [0, 15, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] + 1) % 256;
      expect(() =>
        sealer.open(
          [version, id, altered.toString('base64url')].join('.'),
          'task-1',
        ),
      ).toThrow(/altered/);
    }
    for (const text of ['', 'v1', `v1.${id}.`, `v2.${id}.${body}`]) {
      expect(() => sealer.open(text, 'task-1')).toThrow(/not readable/);
    }
  });

  it('opens what an earlier key sealed, and says when a key is gone', () => {
    const sealed = sealerWith({ secretsKey: KEY }).seal(SECRETS, 'task-1');
    const rotated = sealerWith({
      secretsKey: OTHER_KEY,
      previousSecretsKeys: [KEY],
    });
    expect(rotated.open(sealed, 'task-1')).toEqual(SECRETS);
    const forgot = sealerWith({ secretsKey: OTHER_KEY });
    expect(() => forgot.open(sealed, 'task-1')).toThrow(
      /runs\.previousSecretsKeys/,
    );
  });

  it('is absent without a key, and refuses a key of a wrong length', () => {
    expect(createSecretSealer(mockServices.rootConfig())).toBeUndefined();
    expect(() => sealerWith({ secretsKey: 'c2hvcnQ=' })).toThrow(
      'runs.secretsKey must be 32 bytes in base64 but has 5',
    );
    expect(() =>
      sealerWith({ secretsKey: KEY, previousSecretsKeys: ['c2hvcnQ='] }),
    ).toThrow(/previousSecretsKeys\[0\]/);
  });

  it('never says a key', () => {
    const wrong = Buffer.alloc(31, 7).toString('base64');
    expect(() => sealerWith({ secretsKey: wrong })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(wrong) }),
    );
  });
});
