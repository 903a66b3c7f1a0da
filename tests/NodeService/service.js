// The orders API. It takes tokens of callers with the role Orders.Read, and asks the stock API with a token of its own. Nothing in it knows of
// the emulator: its settings are those of Entra. Its credential is a secret, or the assertion that a cluster keeps in a file.
import { ClientSecretCredential, WorkloadIdentityCredential } from '@azure/identity';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createServer } from 'node:http';

const { AZURE_AUTHORITY_HOST: authorityHost, AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret } = process.env;
const { ORDERS_AUDIENCE: audience, STOCK_SCOPE: stockScope, STOCK_URL: stockUrl } = process.env;

// Another host than Entra's must be stated to be an authority: otherwise the library asks the public cloud.
const options = { authorityHost, disableInstanceDiscovery: true, retryOptions: { maxRetries: 1, retryDelayInMs: 1 } };
const credential = secret
  ? new ClientSecretCredential(tenant, client, secret, options)
  : new WorkloadIdentityCredential({ ...options, tenantId: tenant, clientId: client });

const discovery = await fetch(new URL(`${tenant}/v2.0/.well-known/openid-configuration`, authorityHost));
const { issuer, jwks_uri: keysAddress } = await discovery.json();
// Entra rolls its keys. A token with an unknown key has the key set read again at once.
const keys = createRemoteJWKSet(new URL(keysAddress), { cooldownDuration: 0 });

async function answer(request) {
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return [401, { error: 'no token' }];
  let claims;
  try {
    ({ payload: claims } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] }));
  } catch (error) {
    return [401, { error: error.code }];
  }
  if (!claims.roles?.includes('Orders.Read')) return [403, { error: 'role Orders.Read' }];

  let own;
  try {
    own = await credential.getToken(stockScope);
  } catch (error) {
    return [503, { error: error.message }];
  }
  const stock = await fetch(stockUrl, { headers: { authorization: `Bearer ${own.token}` } });
  return stock.ok ? [200, { caller: claims.azp, stock: await stock.json() }] : [502, { status: stock.status }];
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
