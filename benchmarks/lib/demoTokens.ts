import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { Router } from 'express';
import {
  CompactSign,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type KeyLike,
} from 'jose';

const algorithm = 'ES256';
const kid = 'bench';
const lifetimeSeconds = 12 * 60 * 60;

/**
 * Signs tokens of people in place of the stock auth plugin, whose sign-in
 * needs a browser. Backends check them as any other token.
 *
 * @remarks
 * Form of the tokens: `TokenFactory` of `@backstage/plugin-auth-backend`.
 */
export async function createTokenIssuer(baseUrl: string) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), alg: algorithm, kid };
  return {
    /** The plugin that publishes the key and what a token says. */
    plugin: createBackendPlugin({
      pluginId: 'auth',
      register(env) {
        env.registerInit({
          deps: { http: coreServices.httpRouter },
          async init({ http }) {
            const router = Router();
            router.get('/.well-known/jwks.json', (_, response) => {
              response.json({ keys: [jwk] });
            });
            router.get('/v1/userinfo', (request, response) => {
              const { authorization = '' } = request.headers;
              const { sub } = decodeJwt(authorization.replace(/^Bearer /, ''));
              response.json({ claims: { sub, ent: [sub] } });
            });
            http.use(router);
            for (const path of ['/.well-known/jwks.json', '/v1/userinfo']) {
              http.addAuthPolicy({ path, allow: 'unauthenticated' });
            }
          },
        });
      },
    }),
    /** A token of a person, given by entity ref. */
    async issue(sub: string): Promise<string> {
      const iat = Math.floor(Date.now() / 1000);
      const exp = iat + lifetimeSeconds;
      const limited = await sign(privateKey, 'vnd.backstage.limited-user', {
        sub,
        iat,
        exp,
      });
      return sign(privateKey, 'vnd.backstage.user', {
        iss: `${baseUrl}/api/auth`,
        sub,
        ent: [sub],
        aud: 'backstage',
        iat,
        exp,
        uip: limited.split('.')[2],
      });
    },
  };
}

function sign(key: KeyLike, typ: string, claims: object): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ typ, alg: algorithm, kid })
    .sign(key);
}
