/**
 * A throw-away PostgreSQL server for the tests of the stores, as a process:
 * prints its connection string when it is ready, and ends on SIGTERM. The
 * first argument is the directory that holds everything.
 */
import { randomBytes } from 'node:crypto';
import { PostgresServer } from '../../packages/sandbox/src/postgres/PostgresServer';

async function main(directory: string) {
  const server = await PostgresServer.start({
    directory,
    port: 0,
    host: 'localhost',
  });
  const stop = () => {
    server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const password = randomBytes(16).toString('hex');
  await server.withClient(async client => {
    await client.query(
      `create role tests superuser login password '${password}'`,
    );
    // Nothing here has to survive a power cut.
    await client.query('alter system set fsync = off');
    await client.query('alter system set synchronous_commit = off');
    await client.query('select pg_reload_conf()');
  });
  process.stdout.write(
    `postgres://tests:${password}@127.0.0.1:${server.address.port}/postgres\n`,
  );
}

main(process.argv[2]).catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
