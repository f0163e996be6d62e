import { Resource } from '@self-service/plugin-runs-common';

/** A resource in short, for example `orders · PostgreSQL database · dev`. */
export function describeResource(resource: Resource): string {
  const { name, kind, environment } = resource;
  return [name, kind, environment].filter(Boolean).join(' · ');
}
