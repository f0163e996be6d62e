import { ConnectedStack } from './stack';

/** A fault of a stand-in; see packages/sandbox/README.md. */
export interface Fault {
  service:
    | 'github'
    | 'terraform'
    | 'vault'
    | 'identity'
    | 'grafana'
    | 'gitlab'
    | 'hcp'
    | 'aws'
    | 'datadog'
    | 'slack';
  kind:
    | 'slow'
    | 'slow-after'
    | 'status'
    | 'rate-limit'
    | 'reset'
    | 'reset-after'
    | 'wrong';
  match?: { method?: string; pathPattern?: string; text?: string };
  status?: number;
  delayMs?: number;
  retryAfterSeconds?: number;
  /** How many requests it hits; until cleared where absent. */
  times?: number;
}

/**
 * Switches a fault on.
 *
 * @returns its id
 */
export async function setFault(
  stack: ConnectedStack,
  fault: Fault,
): Promise<string> {
  const response = await fetch(`${stack.urls.control}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  const body = (await response.json()) as { id: string };
  if (!response.ok) {
    throw new Error(`The sandbox refuses the fault: ${JSON.stringify(body)}`);
  }
  return body.id;
}

/** Ends one fault, if it has not ended by itself. */
export async function clearFault(
  stack: ConnectedStack,
  id: string,
): Promise<void> {
  await fetch(`${stack.urls.control}/faults/${id}`, { method: 'DELETE' });
}

/** Ends every fault. */
export async function clearFaults(stack: ConnectedStack): Promise<void> {
  await fetch(`${stack.urls.control}/faults`, { method: 'DELETE' });
}

/**
 * Whether a fault has hit a request. One that has hit all that it was to hit
 * is not listed any more.
 */
export async function hasHit(
  stack: ConnectedStack,
  id: string,
): Promise<boolean> {
  const response = await fetch(`${stack.urls.control}/faults`);
  const rules = (await response.json()) as { id: string; hits: number }[];
  const rule = rules.find(entry => entry.id === id);
  return !rule || rule.hits > 0;
}
