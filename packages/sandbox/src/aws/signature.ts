import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { IncomingHttpHeaders } from 'node:http';
import { AccessKey } from './credentials';
import { AwsError } from './errors';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 'secretsmanager';
const MAXIMUM_SKEW_MILLISECONDS = 5 * 60 * 1000;

/** What of a request is signed. */
export interface SignedRequest {
  method: string;
  /** With the query, as the client sent it. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Authorization {
  accessKeyId: string;
  /** `date/region/service/aws4_request` */
  scope: string[];
  signedHeaders: string[];
  signature: string;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function readAuthorization(header: string | undefined): Authorization {
  if (!header) {
    throw new AwsError(
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    );
  }
  const [algorithm, ...rest] = header.split(' ');
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map(part => part.trim().split('=', 2) as [string, string]),
  );
  const credential = fields.get('Credential')?.split('/') ?? [];
  const signedHeaders = fields.get('SignedHeaders')?.split(';') ?? [];
  const signature = fields.get('Signature') ?? '';
  if (algorithm !== ALGORITHM || credential.length !== 5 || !signature) {
    throw new AwsError(
      'IncompleteSignatureException',
      'Authorization header requires Credential, SignedHeaders and Signature.',
    );
  }
  const [accessKeyId, ...scope] = credential;
  return { accessKeyId, scope, signedHeaders, signature };
}

function toCanonical(request: SignedRequest, signedHeaders: string[]): string {
  const { pathname, searchParams } = new URL(request.url, 'http://aws');
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = signedHeaders.map(name => {
    const value = String(request.headers[name] ?? '');
    return `${name}:${value.trim().replace(/ +/g, ' ')}\n`;
  });
  return [
    request.method,
    pathname,
    query,
    headers.join(''),
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function readDate(text: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * Checks a Signature Version 4.
 *
 * @remarks
 * Source: AWS documentation, "Create a signed AWS API request".
 *
 * @param now - milliseconds since 1970
 * @returns whose key signed it
 * @throws AwsError as AWS refuses unknown keys and wrong signatures
 */
export function requireSignature(
  request: SignedRequest,
  keys: readonly AccessKey[],
  now: number,
): AccessKey {
  const { accessKeyId, scope, signedHeaders, signature } = readAuthorization(
    request.headers.authorization,
  );
  const key = keys.find(candidate => candidate.accessKeyId === accessKeyId);
  if (!key) {
    throw new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
  const date = String(request.headers['x-amz-date'] ?? '');
  const [day, region, service, end] = scope;
  const isInScope =
    service === SERVICE && end === 'aws4_request' && date.startsWith(day);
  if (!isInScope || !signedHeaders.includes('host')) {
    throw new AwsError(
      'InvalidSignatureException',
      'Credential should be scoped to a valid region, date and service.',
    );
  }
  if (!(Math.abs(now - readDate(date)) <= MAXIMUM_SKEW_MILLISECONDS)) {
    throw new AwsError('InvalidSignatureException', 'Signature expired.');
  }
  const signingKey = [day, region, service, end].reduce<string | Buffer>(
    (previous, part) => hmac(previous, part),
    `AWS4${key.secretAccessKey}`,
  );
  const text = [
    ALGORITHM,
    date,
    scope.join('/'),
    sha256(toCanonical(request, signedHeaders)),
  ].join('\n');
  const expected = hmac(signingKey, text);
  const given = Buffer.from(signature, 'hex');
  if (
    given.length !== expected.length ||
    !timingSafeEqual(new Uint8Array(given), new Uint8Array(expected))
  ) {
    throw new AwsError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  }
  return key;
}
