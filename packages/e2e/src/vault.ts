import { Client } from 'pg';
import { ConnectedStack } from './stack';

/**
 * Reads a database's secret as a demo person, by the vault's own API.
 *
 * @param person - a demo person, who signs in to the vault with a password
 * @param name - of the database
 * @returns the secret's values by key
 */
export async function readSecret(
  stack: ConnectedStack,
  person: string,
  name: string,
): Promise<Record<string, unknown>> {
  const login = await fetch(
    `${stack.urls.vault}/v1/auth/userpass/login/${person}`,
    { method: 'POST', body: JSON.stringify({ password: 'demo' }) },
  );
  const { auth } = await login.json();
  const secret = await fetch(
    `${stack.urls.vault}/v1/secret/data/databases/${name}`,
    { headers: { 'x-vault-token': auth.client_token } },
  );
  if (!secret.ok) {
    throw new Error(`The vault answered ${secret.status}`);
  }
  const { data } = await secret.json();
  return data.data;
}

/**
 * Connects to a database with what its secret holds, writes and reads.
 *
 * @returns name of the database, and of the role that the query ran as
 */
export async function useDatabase(secret: Record<string, unknown>) {
  const client = new Client({
    host: String(secret.host),
    port: Number(secret.port),
    database: String(secret.database),
    user: String(secret.username),
    password: String(secret.password),
  });
  await client.connect();
  try {
    await client.query('create table if not exists visits (at timestamptz)');
    await client.query('insert into visits values (now())');
    const { rows } = await client.query(
      'select current_database() as database, current_user as role, count(*)::int as visits from visits',
    );
    return rows[0] as { database: string; role: string; visits: number };
  } finally {
    await client.end();
  }
}
