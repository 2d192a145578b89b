#!/usr/bin/env node
// What a sign-in with a passkey costs the node: processor time of its process for either of the two
// requests, over keep-alive connections, each sign-in synced to the disk.
//   bench/passkey.mjs [--noded build/release/noded] [--logins 4000] [--clients 8]
// Needs Node.js 20 or later; no packages.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';

const option = (name, otherwise) => {
  const at = process.argv.indexOf('--' + name);
  return at > 0 ? process.argv[at + 1] : otherwise;
};
const noded = path.resolve(option('noded', 'build/release/noded'));
const logins = Number(option('logins', '4000'));
const clients = Number(option('clients', '8'));

const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
const text = (bytes) => Buffer.from(bytes).toString('base64url');
const u32 = (number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(number >>> 0); return bytes; };

// Just the CBOR that a registration of format none holds.
function cbor(value) {
  const head = (major, n) => n < 24 ? Buffer.from([major << 5 | n])
    : n < 256 ? Buffer.from([major << 5 | 24, n]) : Buffer.from([major << 5 | 25, n >> 8, n & 255]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.length), ...value.flat().map(cbor)]);
}

class Passkey {
  constructor() {
    this.pair = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.id = crypto.randomBytes(32);
    this.count = 0;
  }
  data(flags, tail = []) {
    return Buffer.concat([sha256('localhost'), Buffer.from([flags]), u32(this.count), ...tail]);
  }
  clientData(type, challenge) {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }
  answer(response) {
    return { id: text(this.id), rawId: text(this.id), type: 'public-key', response };
  }
  register(options) {
    const { x, y } = this.pair.publicKey.export({ format: 'jwk' });
    const key = cbor([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]);
    const size = Buffer.from([this.id.length >> 8, this.id.length & 255]);
    const authData = this.data(0x45, [Buffer.alloc(16), size, this.id, key]);
    this.handle = options.user.id;
    return this.answer({
      clientDataJSON: text(this.clientData('webauthn.create', options.challenge)),
      attestationObject: text(cbor([['fmt', 'none'], ['attStmt', []], ['authData', authData]])),
    });
  }
  assert(options) {
    this.count += 1;
    const clientData = this.clientData('webauthn.get', options.challenge);
    const authData = this.data(0x05);
    return this.answer({
      clientDataJSON: text(clientData),
      authenticatorData: text(authData),
      signature: text(crypto.sign('sha256', Buffer.concat([authData, sha256(clientData)]), this.pair.privateKey)),
      userHandle: this.handle,
    });
  }
}

let origin;
const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
function post(where, body) {
  const payload = JSON.stringify(body);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload), Origin: origin };
  return new Promise((done, fail) => {
    const request = http.request(`${origin}/api/auth/passkey${where}`, { method: 'POST', headers, agent }, (answer) => {
      let received = '';
      answer.on('data', (part) => { received += part; });
      answer.on('end', () => answer.statusCode === 200 ? done(JSON.parse(received))
        : fail(new Error(`${where}: ${answer.statusCode} ${received}`)));
    });
    request.on('error', fail);
    request.end(payload);
  });
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'noded-bench-'));
const application = path.join(work, 'app.json');
fs.writeFileSync(application, JSON.stringify({
  auth: {
    enabled: true, strategies: { passkey: { type: 'passkey' } }, guard: { enabled: true },
    roles: { guest: { is_default: true, permissions: [] } },
  },
}));
const ready = path.join(work, 'ready');
const node = spawn(noded, ['--role', 'api', '--app', application, '--data', path.join(work, 'store'),
  '--listen', '127.0.0.1:0', '--set', `runtime.ready_file=${ready}`, '--set', 'log.level=warning'],
{ stdio: ['ignore', 'ignore', 'inherit'] });
const ended = new Promise((done) => { node.on('exit', (status, signal) => done(signal ?? status)); });
try {
  while (!fs.existsSync(ready)) await new Promise((again) => { setTimeout(again, 20); });
  origin = `http://localhost:${/127\.0\.0\.1:(\d+)/.exec(fs.readFileSync(ready, 'utf8'))[1]}`;

  const passkeys = [];
  for (let i = 0; i < clients; ++i) {
    const passkey = new Passkey();
    await post('/register/verify', passkey.register(await post('/register/options', { username: `user-${i}` })));
    passkeys.push(passkey);
  }
  const signIn = async (passkey) => post('/login/verify', passkey.assert(await post('/login/options', {})));
  for (const passkey of passkeys) await signIn(passkey);

  // Microseconds of one thread; the process's first one is its loop. proc(5), schedstat.
  const spent = (thread) => Number(fs.readFileSync(`/proc/${node.pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  const processorTime = () => ({
    loop: spent(node.pid),
    all: fs.readdirSync(`/proc/${node.pid}/task`).map(spent).reduce((a, b) => a + b),
  });
  const measure = async (what) => {
    const before = processorTime();
    const began = performance.now();
    let left = logins;
    await Promise.all(passkeys.map(async (passkey) => { while (left-- > 0) await what(passkey); }));
    const seconds = (performance.now() - began) / 1000;
    const after = processorTime();
    const each = (part) => (after[part] - before[part]) / logins;
    return { perSecond: logins / seconds, all: each('all'), loop: each('loop') };
  };
  const offers = await measure(() => post('/login/options', {}));
  const whole = await measure(signIn);
  const tell = (name, all, loop) =>
    console.log(`${name.padEnd(14)} ${all.toFixed(0)} us of processor time, ${loop.toFixed(0)} us of them the loop's`);
  console.log(`${logins} sign-ins by ${clients} clients: ${whole.perSecond.toFixed(0)}/s`);
  tell('/login/options', offers.all, offers.loop);
  tell('/login/verify', whole.all - offers.all, whole.loop - offers.loop);
} finally {
  node.kill('SIGTERM');
  const how = await ended;
  if (how !== 0) { console.error(`noded ended with ${how}`); process.exitCode = 1; }
  fs.rmSync(work, { recursive: true });
}
