import { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { VaultError } from './errors';
import { Capability, TokenRecord } from './model';
import { VaultSpace } from './VaultSpace';

/** A success in Vault's envelope. */
export function answer(
  response: Response,
  body: {
    data?: unknown;
    auth?: unknown;
    warnings?: string[];
    lease?: { id: string; seconds: number };
  },
): void {
  response.json({
    request_id: randomUUID(),
    lease_id: body.lease?.id ?? '',
    renewable: Boolean(body.lease),
    lease_duration: body.lease?.seconds ?? 0,
    data: body.data ?? null,
    wrap_info: null,
    warnings: body.warnings ?? null,
    auth: body.auth ?? null,
    mount_type: body.auth ? '' : 'kv',
  });
}

/** The namespace that a request is for. */
export function spaceOf(response: Response): VaultSpace {
  return response.locals.space;
}

/** Refuses what the request's token may not do; throws VaultError 403. */
export function requireCapability(
  request: Request,
  response: Response,
  capability: Capability,
): void {
  const token = response.locals.token as TokenRecord;
  const path = decodeURIComponent(
    new URL(request.originalUrl, 'http://vault').pathname,
  ).slice('/v1/'.length);
  if (!spaceOf(response).isAllowed(token, path, capability)) {
    throw new VaultError(403, ['1 error occurred:\n\t* permission denied\n\n']);
  }
}
