// Lets @azure/identity get a token and prints what came of it. Settings come as one line of JSON on the input.
import { ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential, OnBehalfOfCredential } from '@azure/identity';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { createInterface } from 'node:readline';

const settings = await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', (line) => resolve(JSON.parse(line))));

// The one question it puts to the public cloud (is this host an authority?) is led to the emulator. All else goes where the library sends it,
// and the certificate there is trusted because NODE_EXTRA_CA_CERTS names its authority.
const http = createDefaultHttpClient();
const asked = [];
const options = {
  authorityHost: settings.authorityHost,
  httpClient: {
    sendRequest: (request) => {
      const address = new URL(request.url);
      asked.push(address.hostname);
      if (address.hostname === 'login.microsoftonline.com' && address.pathname === '/common/discovery/instance') {
        request.url = new URL(address.pathname + address.search, settings.authorityHost).href;
      } else if (address.origin !== new URL(settings.authorityHost).origin) {
        throw new Error(`${address.hostname} is not to be reached from this test.`);
      }
      return http.sendRequest(request);
    },
  },
  retryOptions: { maxRetries: 0 },
};

const { tenant, client, credential } = settings;
const made = {
  secret: () => new ClientSecretCredential(tenant, client, settings.secret, options),
  registered: () => new ClientCertificateCredential(tenant, client, { certificate: settings.certificate }, options),
  issued: () => new ClientCertificateCredential(tenant, client, { certificate: settings.certificate }, { ...options, sendCertificateChain: true }),
  assertion: () => new ClientAssertionCredential(tenant, client, async () => settings.assertion, options),
  onBehalfOf: () => new OnBehalfOfCredential({ ...options, tenantId: tenant, clientId: client, clientSecret: settings.secret, userAssertionToken: settings.userAssertion }),
}[credential]();
try {
  const token = await made.getToken(settings.scope);
  console.log(JSON.stringify({ token: token.token, asked }));
} catch (error) {
  console.log(JSON.stringify({ error: `${error.name}: ${error.message}`, asked }));
}
process.exit(0);
