import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { readOrganisation } from '../identity/people';
import { StandInDefinition } from '../standIns';
import { awsApp } from './app';
import { accessKeys } from './credentials';
import { AwsSecretRecord } from './model';
import { pageRoutes } from './pages';
import { currentVersionOf, SecretsManager } from './SecretsManager';

/** The region of the demo; requests may be signed for any. */
const REGION = 'eu-central-1';

/** The stand-in for AWS Secrets Manager. */
export const awsStandIn: StandInDefinition = {
  name: 'aws',
  title: 'AWS Secrets Manager',
  note: 'secrets, their versions and resource policies',
  defaultPort: 7108,
  async open({ directory, faults, now }) {
    const manager = new SecretsManager(
      JsonCollection.open<AwsSecretRecord>(join(directory, 'secrets')),
      REGION,
      now,
    );
    const { people, teams } = readOrganisation();
    return {
      listener: awsApp({
        manager,
        keys: accessKeys(teams),
        faults,
        pages: pageRoutes(manager, people),
        now,
      }),
      inventory: () => ({
        secrets: manager.all().map(secret => ({
          name: secret.name,
          deleted: secret.deletesAt !== undefined,
          versions: secret.versions
            .filter(({ stages }) => stages.length > 0)
            .map(({ id }) => id),
          current: currentVersionOf(secret),
          isShared: secret.policy !== undefined,
        })),
      }),
      reset: () => manager.clear(),
    };
  },
};
