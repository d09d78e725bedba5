// A certified OpenID provider as Google looks from outside: node provider.mjs ISSUER CLIENT,CLIENT REDIRECT_URI
// Its login page takes any name as the subject; "SUBJECT+ADDRESS" also says which mail address the token claims.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { default: Provider } = await import(require.resolve('oidc-provider'));
const [issuer, clients, redirectUri] = process.argv.slice(2);

// By itself it takes keys that every installation has.
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
  clients: clients.split(',').map((id) => ({
    client_id: id,
    client_secret: 'google-secret',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  })),
  jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_, id) => {
    const [sub, email] = id.split('+');
    return {
      accountId: id,
      claims: () => ({ sub: id, email: email ?? `${sub}@gmail.com`, email_verified: !email, name: sub }),
    };
  },
});
const server = provider.listen(0, '127.0.0.1', () => console.log(server.address().port));
