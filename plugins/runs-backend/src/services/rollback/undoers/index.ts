import { AuthService } from '@backstage/backend-plugin-api';
import {
  GitProvider,
  InfrastructureProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { createApplyUndoer } from './apply';
import { CatalogLocations, createCatalogEntityUndoer } from './catalogEntity';
import { createPullRequestUndoer } from './pullRequest';
import { createRepositoryUndoer } from './repository';
import { createSecretUndoer } from './secret';

/** With what effects are undone. */
export interface UndoProviders {
  git: readonly GitProvider[];
  infrastructure: readonly InfrastructureProvider[];
  secrets: readonly SecretsProvider[];
  catalog: CatalogLocations;
  auth: AuthService;
}

/** The undoers of what our own actions create. */
export function createUndoers(providers: UndoProviders): EffectUndoer[] {
  return [
    createPullRequestUndoer(providers.git),
    createApplyUndoer(providers),
    createSecretUndoer(providers.secrets),
    createRepositoryUndoer(providers.git),
    createCatalogEntityUndoer(providers),
  ];
}
