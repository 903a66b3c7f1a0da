// Runs the service of this folder against `wid emulator`, in the two ways it runs in production: with a secret, and with a cluster's assertion.
// WID names the tool. Nothing here needs a cloud, and nothing in the service is replaced.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Emulator, start } from './emulator.js';

const program = fileURLToPath(new URL('service.js', import.meta.url));
const service = { clientId: '6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3', secret: 'secret-of-the-service' };
const caller = { clientId: 'e0f3c1b7-2f4d-4a9e-b0b5-1d2c3e4f5a66', secret: 'secret-of-the-caller' };
const stranger = { clientId: '9b3a5a40-54ce-4e3c-9df5-0a3f6e3f7c22', secret: 'secret-of-the-stranger' };
const cluster = 'https://cluster.example/';
const subject = 'system:serviceaccount:shop:orders';
const audience = 'api://orders';

const directory = {
  server: { secureAuthority: true, certificateAuthorityFile: 'entra-ca.pem' },
  admin: { tokenFile: 'admin-token.txt' },
  issuers: [{ kind: 'kubernetes', url: cluster }],
  apis: [{ audience }, { audience: 'api://stock', requiredRole: 'Stock.Read' }],
  applications: [
    {
      clientId: service.clientId,
      secrets: [{ value: service.secret }],
      federatedCredentials: [{ issuer: cluster, subject, audience: 'api://AzureADTokenExchange' }],
      roles: [{ api: 'api://stock', role: 'Stock.Read' }],
    },
    { clientId: caller.clientId, secrets: [{ value: caller.secret }], roles: [{ api: audience, role: 'Orders.Read' }] },
    { clientId: stranger.clientId, secrets: [{ value: stranger.secret }] },
  ],
};

for (const credential of ['secret', 'federated']) {
  describe(`the service with its ${credential} credential`, () => {
    let entra;
    let running;
    let address;

    before(async () => {
      assert.ok(process.env.WID, 'Set WID to the path of wid.');
      entra = await Emulator.start(process.env.WID, directory);
    });

    // A service that has no token of its own yet.
    beforeEach(async () => {
      await running?.stop();
      await entra.admin('DELETE', '/journal');
      await entra.admin('DELETE', '/faults');
      running = await start(process.execPath, [program], await environment(), /^http:/);
      address = running.line;
    });

    after(async () => {
      await running?.stop();
      await entra?.stop();
    });

    async function environment() {
      const file = join(entra.folder, 'assertion.jwt');
      if (credential === 'federated') {
        const { assertion } = await entra.admin('POST', '/issuers/assertions', { url: cluster, subject });
        await writeFile(file, assertion);
      }
      return {
        NODE_EXTRA_CA_CERTS: entra.authorityFile,
        AZURE_AUTHORITY_HOST: entra.state.authorityHost,
        AZURE_TENANT_ID: entra.state.tenants[0].id,
        AZURE_CLIENT_ID: service.clientId,
        ...(credential === 'federated' ? { AZURE_FEDERATED_TOKEN_FILE: file } : { AZURE_CLIENT_SECRET: service.secret }),
        ORDERS_AUDIENCE: audience,
        STOCK_SCOPE: 'api://stock/.default',
        STOCK_URL: entra.state.apis.find((api) => api.audience === 'api://stock').url,
      };
    }

    async function call(token) {
      const response = await fetch(address, token ? { headers: { authorization: `Bearer ${token}` } } : {});
      return { status: response.status, body: await response.json() };
    }

    const tokenOf = (who, scope = `${audience}/.default`) => entra.tokenOf(who, scope);

    test('a caller with the role is served, with the service’s own token for the stock API', async () => {
      const token = await tokenOf(caller);
      const first = await call(token);
      const second = await call(token);

      assert.equal(first.status, 200);
      assert.equal(first.body.caller, caller.clientId);
      assert.equal(first.body.stock.clientId, service.clientId);
      assert.deepEqual(first.body.stock.roles, ['Stock.Read']);
      assert.equal(second.status, 200);

      const { tokenRequests } = await entra.admin('GET', '/journal');
      const own = tokenRequests.filter((request) => request.clientId === service.clientId);
      assert.deepEqual(own.map((request) => request.clientAuthentication), [credential]);
    });

    test('a caller without the role, without a token, or with one for another API is refused', async () => {
      assert.equal((await call(await tokenOf(stranger))).status, 403);
      assert.equal((await call()).status, 401);
      assert.deepEqual(await call(await tokenOf(caller, 'api://stock/.default')), {
        status: 401,
        body: { error: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
      });
      assert.deepEqual((await entra.admin('GET', '/journal')).apiRequests, []);
    });

    test('a token that was changed, or that is not signed, is refused', async () => {
      const token = await tokenOf(caller);
      const [header, payload, signature] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url'));
      const forged = Buffer.from(JSON.stringify({ ...claims, roles: ['Orders.Read', 'Orders.Write'] })).toString('base64url');
      assert.equal((await call(`${header}.${forged}.${signature}`)).body.error, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');

      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
      assert.equal((await call(`${none}.${payload}.`)).status, 401);
    });

    test('a key that Entra rolls is read, and a withdrawn one is refused', async () => {
      // The service reads the keys for the stranger, and gets no token of its own.
      const old = await tokenOf(caller);
      assert.equal((await call(await tokenOf(stranger))).status, 403);

      await entra.admin('POST', '/keys/roll', { withdrawOld: true });

      assert.equal((await call(await tokenOf(caller))).status, 200);
      assert.equal((await call(old)).body.error, 'ERR_JWKS_NO_MATCHING_KEY');
    });

    test('a disabled application is reported with Entra’s code', async () => {
      const token = await tokenOf(caller);
      await entra.admin('PATCH', `/applications/${service.clientId}`, { isEnabled: false });
      try {
        const { status, body } = await call(token);
        assert.equal(status, 503);
        assert.match(body.error, /AADSTS7000112/);
      } finally {
        await entra.admin('PATCH', `/applications/${service.clientId}`, { isEnabled: true });
      }
    });

    test('a failure of Entra that passes is tried again, and an outage is not hidden', async () => {
      const token = await tokenOf(caller);
      await entra.admin('POST', '/faults/tokenEndpoint', { kind: 'status', status: 503 });
      assert.equal((await call(token)).status, 200);

      await running.stop();
      running = await start(process.execPath, [program], await environment(), /^http:/);
      address = running.line;
      await entra.admin('PATCH', '/faults/tokenEndpoint', { outage: true });
      assert.equal((await call(token)).status, 503);
    });
  });
}
