import { createHash } from 'node:crypto';
import { Team } from '../identity/people';
import { Principal } from './model';

/** The account of the demo. */
export const AWS_ACCOUNT = '000000000000';

/** The access key that the product signs with. */
export const PORTAL_KEY = {
  accessKeyId: 'AKIASANDBOXPORTAL000',
  secretAccessKey: 'sandbox-aws-secret-access-key',
};

/** An access key with whom it belongs to. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  principal: Principal;
}

/** The key of a team's role, which resource policies name. */
export function teamKey(team: string): AccessKey {
  const digest = createHash('sha256').update(team).digest('hex');
  return {
    accessKeyId: `AKIATEAM${digest.slice(0, 12).toUpperCase()}`,
    secretAccessKey: `sandbox-team-key-${team}`,
    principal: {
      arn: `arn:aws:iam::${AWS_ACCOUNT}:role/team-${team}`,
      isAdministrator: false,
    },
  };
}

/** Every key that opens the stand-in. */
export function accessKeys(teams: Team[]): AccessKey[] {
  return [
    {
      ...PORTAL_KEY,
      principal: {
        arn: `arn:aws:iam::${AWS_ACCOUNT}:user/portal`,
        isAdministrator: true,
      },
    },
    ...teams.map(({ name }) => teamKey(name)),
  ];
}
