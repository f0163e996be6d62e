import { AuthService } from '@backstage/backend-plugin-api';
import {
  GitProvider,
  InfrastructureProvider,
  ObservabilityProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import { EffectUndoer } from '@self-service/plugin-runs-node';
import { createApplyUndoer } from './apply';
import { CatalogLocations, createCatalogEntityUndoer } from './catalogEntity';
import { createCommitUndoer } from './commit';
import { createObservabilityUndoers } from './observability';
import { createPullRequestUndoer } from './pullRequest';
import { createRepositoryUndoer } from './repository';
import { createSecretUndoer } from './secret';
import { createSecretAccessUndoer } from './secretAccess';
import { createSecretVersionUndoer } from './secretVersion';
import { createWorkspaceUndoer } from './workspace';

/** With what effects are undone. */
export interface UndoProviders {
  git: readonly GitProvider[];
  infrastructure: readonly InfrastructureProvider[];
  secrets: readonly SecretsProvider[];
  observability: readonly ObservabilityProvider[];
  catalog: CatalogLocations;
  auth: AuthService;
}

/** The undoers of what our own actions create. */
export function createUndoers(providers: UndoProviders): EffectUndoer[] {
  return [
    createPullRequestUndoer(providers.git),
    createApplyUndoer(providers),
    createSecretUndoer(providers.secrets),
    createSecretVersionUndoer(providers.secrets),
    createSecretAccessUndoer(providers.secrets),
    createRepositoryUndoer(providers.git),
    createCommitUndoer(providers.git),
    createCatalogEntityUndoer(providers),
    ...createObservabilityUndoers(providers.observability),
    createWorkspaceUndoer(providers.infrastructure),
  ];
}
