import { request as httpRequest } from 'node:http';
import { Duplex } from 'node:stream';

/**
 * Answers requests with Vault's own verb `LIST`, which Node's HTTP parser does
 * not know: repeats them as `GET …?list=true`, which Vault treats alike.
 *
 * @param url - base URL of the vault's own port
 * @returns a handler for what the parser refused; false when it is not for it
 */
export function listVerbHandler(
  url: string,
): (packet: Buffer, socket: Duplex) => boolean {
  return (packet, socket) => {
    const head = packet.toString('latin1').split('\r\n\r\n')[0];
    const [line, ...headerLines] = head.split('\r\n');
    const path = line.match(/^LIST (\/\S*) HTTP\/1\.1$/)?.[1];
    if (!path) {
      return false;
    }
    const headers = Object.fromEntries(
      headerLines.map(header => {
        const colon = header.indexOf(':');
        return [
          header.slice(0, colon).toLowerCase(),
          header.slice(colon + 1).trim(),
        ];
      }),
    );
    delete headers['content-length'];
    headers.connection = 'close';
    const target = new URL(path, url);
    target.searchParams.set('list', 'true');
    const repeated = httpRequest(target, { headers }, async response => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) {
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      const passed = ['content-type', 'retry-after', 'cache-control']
        .filter(name => response.headers[name])
        .map(name => `${name}: ${response.headers[name]}\r\n`)
        .join('');
      socket.write(
        `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n${passed}content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
      );
      socket.end(body);
    });
    repeated.on('error', () => socket.destroy()); // a fault cut it: pass it on
    repeated.end();
    return true;
  };
}
