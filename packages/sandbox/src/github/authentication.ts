/** The token of an `Authorization` header, in each of the forms GitHub takes. */
export function tokenOf(authorization: string | undefined): string | undefined {
  const [scheme, value] = (authorization ?? '').split(' ');
  if (/^(token|bearer)$/i.test(scheme)) {
    return value;
  }
  if (/^basic$/i.test(scheme) && value) {
    return Buffer.from(value, 'base64').toString('utf8').split(':')[1];
  }
  return undefined;
}
