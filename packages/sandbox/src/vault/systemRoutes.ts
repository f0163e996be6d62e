import { RequestHandler, Router } from 'express';
import { VaultError } from './errors';
import { ROOT_TOKEN } from './Tokens';
import { Vault } from './Vault';

const VERSION = '1.14.0';
const CLUSTER = {
  cluster_name: 'vault-cluster-sandbox',
  cluster_id: '6f0b1c1e-6f3b-4d54-9d6a-5a0d3b7a1c00',
};

/** `sys/health`, sealing, and what clients ask about mounts. */
export function systemRoutes(vault: Vault): Router {
  const router = Router();

  const health: RequestHandler = (request, response) => {
    const { sealedcode, activecode } = request.query;
    const status = vault.sealed
      ? Number(sealedcode ?? 503)
      : Number(activecode ?? 200);
    response.status(status).json({
      initialized: true,
      sealed: vault.sealed,
      standby: vault.sealed,
      performance_standby: false,
      replication_performance_mode: vault.sealed ? 'unknown' : 'disabled',
      replication_dr_mode: vault.sealed ? 'unknown' : 'disabled',
      server_time_utc: Math.floor(vault.now().getTime() / 1000),
      version: VERSION,
      ...(vault.sealed ? {} : CLUSTER),
    });
  };
  router.get('/health', health); // express answers HEAD by it too

  router.get('/seal-status', (_request, response) => {
    response.json(sealStatus(vault));
  });

  const seal: RequestHandler = (request, response) => {
    if (vault.sealed) {
      throw new VaultError(503, ['Vault is sealed']);
    }
    if (request.headers['x-vault-token'] !== ROOT_TOKEN) {
      throw VaultError.denied();
    }
    vault.seal();
    response.status(204).end();
  };
  router.post('/seal', seal);
  router.put('/seal', seal);

  const unseal: RequestHandler = (request, response) => {
    vault.unseal(String(request.body.key));
    response.json(sealStatus(vault));
  };
  router.post('/unseal', unseal);
  router.put('/unseal', unseal);

  router.get('/internal/ui/mounts/secret*', (_request, response) => {
    if (vault.sealed) {
      throw new VaultError(503, ['Vault is sealed']);
    }
    response.json({
      request_id: '',
      data: { path: 'secret/', type: 'kv', options: { version: '2' } },
    });
  });
  return router;
}

function sealStatus(vault: Vault): Record<string, unknown> {
  return {
    type: 'shamir',
    initialized: true,
    sealed: vault.sealed,
    t: 1,
    n: 1,
    progress: 0,
    nonce: '',
    version: VERSION,
    build_date: '2023-06-21T00:00:00Z',
    migration: false,
    recovery_seal: false,
    storage_type: 'file',
    ...(vault.sealed ? {} : CLUSTER),
  };
}
