import { RequestHandler, Router } from 'express';
import { VaultError } from './errors';
import { answer, requireCapability, spaceOf } from './http';
import { GroupRecord, TokenRecord } from './model';

/** ACL policies, identity groups, and what a token may do. */
export function accessRoutes(): Router {
  const router = Router();
  addPolicyRoutes(router);
  addGroupRoutes(router);

  const capabilities: RequestHandler = (request, response) => {
    requireCapability(request, response, 'update');
    const { paths } = request.body;
    if (!Array.isArray(paths) || paths.length === 0) {
      throw new VaultError(400, ['paths must be supplied']);
    }
    const token = response.locals.token as TokenRecord;
    const found = paths.map(String).map(path => {
      const granted = token.policies.includes('root')
        ? ['root']
        : spaceOf(response).capabilities(token, path);
      return [path, granted.length > 0 ? granted : ['deny']];
    });
    answer(response, { data: Object.fromEntries(found) });
  };
  router.post('/sys/capabilities-self', capabilities);
  router.put('/sys/capabilities-self', capabilities);
  return router;
}

function addPolicyRoutes(router: Router): void {
  const path = '/sys/policies/acl/:name';

  router.get(path, (request, response) => {
    requireCapability(request, response, 'read');
    const policy = spaceOf(response).policies.get(request.params.name);
    if (!policy) {
      throw VaultError.notFound();
    }
    answer(response, { data: policy });
  });

  const write: RequestHandler = (request, response) => {
    requireCapability(request, response, 'update');
    const { policy } = request.body;
    if (typeof policy !== 'string' || policy === '') {
      throw new VaultError(400, ["'policy' parameter not supplied or empty"]);
    }
    spaceOf(response).policies.set({ name: request.params.name, policy });
    response.status(204).end();
  };
  router.post(path, write);
  router.put(path, write);

  router.delete(path, (request, response) => {
    requireCapability(request, response, 'delete');
    spaceOf(response).policies.delete(request.params.name);
    response.status(204).end();
  });
}

function addGroupRoutes(router: Router): void {
  router.get('/identity/group/name/:name', (request, response) => {
    requireCapability(request, response, 'read');
    const group = spaceOf(response).groups.get(request.params.name);
    if (!group) {
      throw VaultError.notFound();
    }
    answer(response, { data: groupJson(group) });
  });

  const write: RequestHandler = (request, response) => {
    requireCapability(request, response, 'update');
    const { groups } = spaceOf(response);
    const {
      name,
      policies,
      member_group_ids: members,
      metadata,
    } = request.body;
    if (typeof name !== 'string' || name === '') {
      throw new VaultError(400, ['group name is missing']);
    }
    const isNew = !groups.get(name);
    const group = groups.write({
      name,
      policies: policies ?? [],
      memberGroupIds: members ?? [],
      metadata: metadata ?? {},
    });
    if (isNew) {
      answer(response, { data: { id: group.id, name } });
    } else {
      response.status(204).end();
    }
  };
  router.post('/identity/group', write);
  router.put('/identity/group', write);

  router.delete('/identity/group/name/:name', (request, response) => {
    requireCapability(request, response, 'delete');
    spaceOf(response).groups.delete(request.params.name);
    response.status(204).end();
  });
}

function groupJson(group: GroupRecord): Record<string, unknown> {
  return {
    alias: {},
    creation_time: group.createdTime,
    id: group.id,
    last_update_time: group.updatedTime,
    member_entity_ids: [],
    member_group_ids: group.memberGroupIds,
    metadata: group.metadata,
    modify_index: 1,
    name: group.name,
    namespace_id: 'root',
    parent_group_ids: null,
    policies: group.policies,
    type: group.type,
  };
}
