// Serves oidc-provider at a token path of Entra's form, on a free port of the loopback address.
//
// stdin   one line of JSON: { "tenant": "<guid>", "clients": [ <client metadata, RFC 7591 section 2> ] }; the end of stdin ends the server,
//         so it cannot outlive the tests that started it.
// stdout  one line of JSON: { "port": 12345 }, once it listens.
//
// Three settings make a stock server answer what Entra answers; the rest is as its authors ship it:
// the token route, the client credentials grant, and a resource read from the scope, since Entra knows no `resource` parameter.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const defaultScope = '/.default';
const journal = [];

function start({ tenant, clients }) {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.on('request', listener(`http://127.0.0.1:${port}`, tenant, clients));
    console.log(JSON.stringify({ port }));
  });
  return server;
}

function listener(origin, tenant, clients) {
  const provider = new Provider(origin, {
    clients: clients.map((client) => ({ grant_types: ['client_credentials'], response_types: [], redirect_uris: [], ...client })),
    clientAuthMethods: ['client_secret_post', 'private_key_jwt'],
    jwks: { keys: [signingKey()] },
    routes: { token: `/${tenant}/oauth2/v2.0/token` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, defaultResource: resourceOfScope, getResourceServerInfo: describeResource },
    },
    ttl: { ClientCredentials: 3600 },
  });
  provider.use(recordTokenRequests);
  const serve = provider.callback();
  return (request, response) => (request.url === '/journal' ? respondWithJournal(response) : serve(request, response));
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

// "api://orders/.default" asks for the resource "api://orders"; any other scope names none and is ignored.
function resourceOfScope(ctx) {
  const { scope } = ctx.oidc.params;
  return scope?.endsWith(defaultScope) ? scope.slice(0, -defaultScope.length) : undefined;
}

function describeResource(_ctx, resource) {
  return { scope: resource + defaultScope, audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
}

async function recordTokenRequests(ctx, next) {
  await next();
  if (ctx.oidc?.route === 'token') {
    journal.push({ clientId: ctx.oidc.params?.client_id ?? null, status: ctx.status, error: ctx.body?.error ?? null });
  }
}

function respondWithJournal(response) {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(journal));
}

let server;
createInterface({ input: process.stdin })
  .once('line', (line) => { server = start(JSON.parse(line)); })
  .once('close', () => {
    server?.closeAllConnections();
    process.exit(0);
  });
