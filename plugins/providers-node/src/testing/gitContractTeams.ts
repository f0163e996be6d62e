import { problemOf } from '../problems';
import { GitProvider } from '../git';
import {
  describeFailures,
  repeatAfterUnknownOutcomes,
} from './describeFailures';
import type { GitProviderFixture } from './describeGitProviderContract';

type TeamProvider = GitProvider &
  Required<
    Pick<
      GitProvider,
      'grantTeamPermission' | 'listTeamPermissions' | 'revokeTeamPermission'
    >
  >;

/** The acts of feature `team-permissions`; a provider without them fails here. */
function requireTeams(provider: GitProvider): TeamProvider {
  expect(provider).toMatchObject({
    grantTeamPermission: expect.any(Function),
    listTeamPermissions: expect.any(Function),
    revokeTeamPermission: expect.any(Function),
  });
  return provider as TeamProvider;
}

/** The part of the git suite on feature `team-permissions`. */
export function describeTeamPermissions(get: () => GitProviderFixture): void {
  describe('permissions of teams', () => {
    const prepare = async () => {
      const { provider, repository, teams, failing } = get();
      if (!teams) {
        throw new TypeError(
          'The fixture of a provider with team-permissions needs teams',
        );
      }
      const host = requireTeams(provider);
      // What an earlier test has left.
      for (const { team } of await host.listTeamPermissions(repository)) {
        await host.revokeTeamPermission(repository, team);
      }
      return {
        host,
        repository,
        teams,
        faults: failing.faults,
        failing: requireTeams(failing.provider),
        hasty: requireTeams(failing.hasty),
        token: failing.token,
      };
    };

    it('gives each team what it is to have, said twice or changed', async () => {
      const { host, repository, teams } = await prepare();
      const [one, other] = teams;
      expect(await host.listTeamPermissions(repository)).toEqual([]);
      const given = await host.grantTeamPermission(repository, one, 'write');
      expect(given).toEqual({
        team: expect.stringMatching(new RegExp(`^[^/]+(/[^/]+)*/${one}$`)),
        permission: 'write',
      });
      expect(await host.grantTeamPermission(repository, one, 'write')).toEqual(
        given,
      );
      const { team } = await host.grantTeamPermission(
        repository,
        other,
        'read',
      );
      for (const permission of ['write', 'admin', 'read'] as const) {
        await host.grantTeamPermission(repository, one, permission);
        expect(await host.listTeamPermissions(repository)).toEqual(
          [
            { team: given.team, permission },
            { team, permission: 'read' },
          ].sort((a, b) => a.team.localeCompare(b.team)),
        );
      }
    });

    it('takes it back from one, and says so when there is nothing', async () => {
      const { host, repository, teams } = await prepare();
      const [one, other] = teams;
      const revoke = (team: string, from = repository) =>
        host.revokeTeamPermission(from, team);
      expect(await revoke(one)).toBe('absent');
      const { team } = await host.grantTeamPermission(repository, one, 'admin');
      const kept = await host.grantTeamPermission(repository, other, 'read');
      expect(await revoke(team)).toBe('revoked');
      expect(await revoke(one)).toBe('absent');
      expect(await host.listTeamPermissions(repository)).toEqual([kept]);
      expect(await revoke('no-such-team')).toBe('absent');
      expect(
        await revoke(other, { ...repository, name: 'no-such-repository' }),
      ).toBe('absent');
    });

    it('knows a team by all of its path, and by its name in any case', async () => {
      const { host, repository, teams } = await prepare();
      const [one] = teams;
      const { team } = await host.grantTeamPermission(repository, one, 'read');
      await host.grantTeamPermission(repository, team, 'write');
      await host.grantTeamPermission(repository, one.toUpperCase(), 'write');
      expect(await host.listTeamPermissions(repository)).toEqual([
        { team, permission: 'write' },
      ]);
    });

    it('names a team that is none, and leaves the others', async () => {
      const { host, repository, teams } = await prepare();
      const [one] = teams;
      const kept = await host.grantTeamPermission(repository, one, 'read');
      for (const [team, name] of [
        ['no-such-team', 'NotFoundError'],
        [`elsewhere/${one}`, 'NotFoundError'],
        ['..', 'InputError'],
        [`../${one}`, 'InputError'],
        ['', 'InputError'],
      ]) {
        const error = await host
          .grantTeamPermission(repository, team, 'write')
          .catch(e => e);
        expect(error).toMatchObject({ name });
        expect(problemOf(error)).toMatchObject({
          canPass: false,
          remedy: expect.stringMatching(/team|group/i),
        });
      }
      expect(await host.listTeamPermissions(repository)).toEqual([kept]);
      const nowhere = { ...repository, name: 'no-such-repository' };
      const notFound = { name: 'NotFoundError' };
      await expect(
        host.grantTeamPermission(nowhere, one, 'read'),
      ).rejects.toMatchObject(notFound);
      await expect(host.listTeamPermissions(nowhere)).rejects.toMatchObject(
        notFound,
      );
    });

    it('gives and changes once, whichever answer is lost', async () => {
      const { failing, faults, repository, teams } = await prepare();
      const [one] = teams;
      // Each try after the first changes what the one before has given.
      const permissionOf = (attempt: number) =>
        attempt % 2 === 0 ? 'write' : 'read';
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        attempt =>
          failing.grantTeamPermission(repository, one, permissionOf(attempt)),
        async (given, attempt) => {
          expect(given.permission).toBe(permissionOf(attempt));
          expect(await failing.listTeamPermissions(repository)).toEqual([
            given,
          ]);
        },
      );
      expect(cut).toBeGreaterThan(0);
    }, 30_000);

    it('takes it back once, whichever answer is lost', async () => {
      const { failing, faults, repository, teams } = await prepare();
      const [one] = teams;
      const give = () => failing.grantTeamPermission(repository, one, 'write');
      await give();
      const cut = await repeatAfterUnknownOutcomes(
        faults,
        () => failing.revokeTeamPermission(repository, one),
        async outcome => {
          expect(['revoked', 'absent']).toContain(outcome);
          expect(await failing.listTeamPermissions(repository)).toEqual([]);
          await give();
        },
      );
      expect(cut).toBeGreaterThan(0);
    }, 30_000);

    const setup = async () => {
      const { hasty, faults, repository, token } = await prepare();
      return {
        faults,
        canary: token,
        read: () => hasty.listTeamPermissions(repository),
      };
    };
    describeFailures(setup, {}, ['slow']);
  });
}
