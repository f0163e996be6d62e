import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body and leaves it to be read: the parsers behind find it
 * whole.
 *
 * @returns its text; empty where there is none, `undefined` when the client went
 * away before it was whole
 */
export async function peekBody(
  request: IncomingMessage,
): Promise<string | undefined> {
  const { headers } = request;
  if (!headers['transfer-encoding'] && !Number(headers['content-length'])) {
    return '';
  }
  const chunks: Buffer[] = [];
  await new Promise<void>(done => {
    const end = () => {
      request.removeAllListeners('readable').off('close', end);
      // In the same turn as the last read: the stream does not end then.
      if (chunks.length > 0 && request.complete) {
        request.unshift(Buffer.concat(chunks));
      }
      done();
    };
    request.on('close', end).on('readable', () => {
      while (request.readableLength > 0) {
        chunks.push(request.read());
      }
      if (request.complete) {
        end();
      }
    });
  });
  return request.complete ? Buffer.concat(chunks).toString('utf8') : undefined;
}
