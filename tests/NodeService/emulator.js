// Starts `wid emulator` from a file and speaks to its admin API: all that a test in another language needs of the emulator.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a program until its output has a line that is wanted. */
export async function start(command, args, environment, wanted) {
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const line = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = output.split('\n').find((each) => wanted.test(each));
      if (found) resolve(found);
    });
    ended.then((code) => reject(new Error(`${command} ended with ${code}: ${output}${complaints}`)));
  });
  return {
    line,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export class Emulator {
  static async start(wid, file) {
    const folder = await mkdtemp(join(tmpdir(), 'node-service-'));
    await writeFile(join(folder, 'emulator.json'), JSON.stringify(file));
    const running = await start(wid, ['emulator', join(folder, 'emulator.json'), '--env-file', join(folder, 'entra.env')], {}, /Ctrl\+C ends it/);
    const emulator = new Emulator(folder, running);
    const variables = await readFile(join(folder, 'entra.env'), 'utf8');
    emulator.plain = /^AZURE_AUTHORITY_HOST=(.*)$/m.exec(variables)[1];
    emulator.token = (await readFile(join(folder, 'admin-token.txt'), 'utf8')).trim();
    emulator.state = await emulator.admin('GET', '');
    return emulator;
  }

  constructor(folder, running) {
    this.folder = folder;
    this.running = running;
  }

  /** The certificate authority of this start, for NODE_EXTRA_CA_CERTS. */
  get authorityFile() {
    return join(this.folder, 'entra-ca.pem');
  }

  async admin(method, path, body) {
    const response = await fetch(new URL(`/admin${path}`, this.plain), {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text ? JSON.parse(text) : undefined;
  }

  /** A token as a caller of the service gets it. */
  async tokenOf({ clientId, secret }, scope) {
    const tenant = this.state.tenants[0].id;
    const response = await fetch(new URL(`${tenant}/oauth2/v2.0/token`, this.plain), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope }),
    });
    const { access_token: token, error_description: why } = await response.json();
    if (!token) throw new Error(why);
    return token;
  }

  async stop() {
    await this.running.stop();
    await rm(this.folder, { recursive: true });
  }
}
