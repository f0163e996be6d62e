import { InputError } from '@backstage/errors';
import {
  createProblemError,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext } from '../run/RunContext';
import { EffectServices, withEffect } from '../run/withEffect';

/**
 * @throws InputError - the provider gives nobody access
 */
export function requireGrants(provider: SecretsProvider): void {
  if (!provider.grantAccess) {
    throw createProblemError(InputError, {
      what: `The secrets provider ${provider.id} gives no team access.`,
      whose: 'platform',
      remedy:
        'Ask the platform team to configure access for it in app-config, or leave the access out of the template.',
    });
  }
}

/**
 * The team whose run it is.
 *
 * @throws InputError - the run has none, or the provider gives nobody access
 */
export async function requireGrantableTeam(
  ctx: AnyActionContext,
  { runs }: EffectServices,
  provider: SecretsProvider,
): Promise<string> {
  requireGrants(provider);
  const team = (await runs.get(ctx.task.id))?.team;
  if (!team) {
    throw new InputError(
      'The run has no owning team. Name it in spec.selfService.team of the template.',
    );
  }
  return team;
}

/**
 * Lets a team read a secret: an effect of its own, which a rollback takes back
 * before it removes the secret.
 */
export async function grantTeamAccess(
  ctx: AnyActionContext,
  services: EffectServices,
  options: {
    action: string;
    provider: SecretsProvider;
    path: string;
    team: string;
  },
): Promise<Effect> {
  const { action, provider, path, team } = options;
  const grant = { path, team, access: 'read' as const };
  const effect = await withEffect(
    ctx,
    services,
    {
      action,
      inputDigest: inputDigest(grant),
      capability: 'secrets',
      provider: provider.id,
      kind: 'secret access',
      name: `${path} for ${team}`,
      reference: grant,
    },
    async (runKey, _claimed, signal) => {
      const granted = await provider.grantAccess?.({
        ...grant,
        runKey,
        signal,
      });
      return {
        url: granted?.url,
        reference: { ...grant, grant: granted?.grant ?? '' },
      };
    },
  );
  ctx.logger.info(`${team} may read the secret ${path}`);
  return effect;
}
