import { Router } from 'express';
import { GitLabError } from '../errors';
import { fullPathOf } from '../GitLabHost';
import { projectOf, RouteContext } from './context';

const LEVELS = [0, 5, 10, 15, 20, 30, 40, 50];

/** Groups, and projects that are shared with them. */
export function shareRoutes(context: RouteContext): Router {
  const { host, show } = context;
  const router = Router();

  router.get('/groups/:id', (request, response) => {
    const group = host.findGroup(request.params.id);
    if (!group) {
      throw GitLabError.notFound('Group');
    }
    response.json(show.group(group));
  });

  router.post('/projects/:id/share', (request, response) => {
    const { record } = projectOf(context, request);
    const { group_id: groupId, group_access: access } = request.body;
    for (const [field, value] of Object.entries({
      group_id: groupId,
      group_access: access,
    })) {
      if (!Number.isInteger(value)) {
        throw GitLabError.parameter(`${field} is invalid`);
      }
    }
    if (!LEVELS.includes(access)) {
      throw GitLabError.parameter('group_access does not have a valid value');
    }
    const group = host.findGroup(String(groupId));
    if (!group) {
      throw GitLabError.notFound();
    }
    if (fullPathOf(record).startsWith(`${group.fullPath}/`)) {
      throw conflict(
        'Project cannot be shared with the group it is in or one of its ancestors.',
      );
    }
    const shares = record.shares ?? [];
    if (shares.some(share => share.groupId === groupId)) {
      throw conflict('Group already shared with this group');
    }
    const share = { id: host.nextId(), groupId, access };
    host.saveProject({ ...record, shares: [...shares, share] });
    response.status(201).json(show.groupLink(record, share));
  });

  router.delete('/projects/:id/share/:group(\\d+)', (request, response) => {
    const { record } = projectOf(context, request);
    const groupId = Number(request.params.group);
    const { shares = [] } = record;
    const left = shares.filter(share => share.groupId !== groupId);
    if (left.length === shares.length) {
      throw GitLabError.notFound('Group Link');
    }
    host.saveProject({ ...record, shares: left });
    response.status(204).end();
  });
  return router;
}

function conflict(message: string): GitLabError {
  return new GitLabError(409, { message });
}
