// A noded and the mail servers that it talks to, for run.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

const [, , program, work] = process.argv;
const certificate = `${work}/certificate.pem`;
let worlds = 0;
process.setMaxListeners(0);

export const user = 'app';
export const password = 'smtp-password-4711';

// Letters arrive in `letters`, as parsed, with the session that brought them. `refuse(stage, count)`
// may return a response code for the count-th letter (from 1) at the stage 'to' or 'data'.
export async function mailServer({ secure = false, starttls = true, auth = true, refuse, silent } = {}) {
  const letters = [];
  const tries = { to: 0, data: 0 };
  const verdict = (stage) => {
    const code = refuse?.(stage, ++tries[stage]);
    return code ? Object.assign(new Error('not now or never'), { responseCode: code }) : null;
  };
  const server = new SMTPServer({
    secure,
    key: readFileSync(`${work}/key.pem`),
    cert: readFileSync(certificate),
    authOptional: !auth,
    disabledCommands: [...(starttls && !secure ? [] : ['STARTTLS']), ...(auth ? [] : ['AUTH'])],
    allowInsecureAuth: !starttls,
    logger: false,
    onAuth: (given, session, done) =>
      given.username === user && given.password === password
        ? done(null, { user })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onRcptTo: (address, session, done) => done(verdict('to')),
    onData: async (stream, session, done) => {
      const parsed = await simpleParser(stream);
      if (silent) return;
      const error = verdict('data');
      if (!error) letters.push({ ...parsed, session: { ...session, envelope: structuredClone(session.envelope) } });
      done(error);
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const port = server.server.address().port;
  return {
    letters, tries, port,
    url: `${secure ? 'smtps' : 'smtp'}://localhost:${port}`,
    async letter(count = 1) {
      await until(() => letters.length >= count, `letter ${count}`);
      return letters[count - 1];
    },
    close: () => new Promise((done) => { server.close(done); for (const c of server.connections) c._socket.destroy(); }),
  };
}

export async function until(holds, what) {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await pause(20);
  }
}

export async function startNode(settings = {}) {
  const folder = `${work}/node${++worlds}`;
  mkdirSync(folder);
  writeFileSync(`${folder}/app.json`, JSON.stringify({
    auth: { enabled: true, default_role_register: 'member', jwt: { secret: 'x'.repeat(40) },
      roles: { admin: { implicit_allow: true }, member: {} } },
  }));
  writeFileSync(`${folder}/password`, `${settings.password ?? password}\n`, { mode: 0o600 });
  const set = {
    'mail.from': 'Node 节点 <noreply@example.org>', 'mail.public_url': 'https://app.example.org',
    'mail.ca_file': certificate, 'mail.username': user, 'mail.password_file': `${folder}/password`,
    'mail.retry_pause': '100ms', 'mail.timeout': '5s', ...settings.set,
  };
  const common = ['--data', `${folder}/store`,
    ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`])];
  const ready = `${folder}/ready`;
  const child = spawn(program, ['run', '--app', `${folder}/app.json`, '--listen', '127.0.0.1:0', ...common,
    '--set', `runtime.ready_file=${ready}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { log += part; });
  await until(() => existsSync(ready) || child.exitCode !== null, 'the node serves');
  if (child.exitCode !== null) return { failed: true, code: child.exitCode, log };
  const address = readFileSync(ready, 'utf8').match(/127\.0\.0\.1:\d+/)[0];
  const node = {
    base: `http://localhost:${address.split(':')[1]}`,
    log: () => log,
    async post(path, body, headers = {}) {
      const response = await fetch(node.base + path, {
        method: 'POST', redirect: 'manual', body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers } });
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
    },
    async metric(name) {
      const text = await (await fetch(`${node.base}/metrics`)).text();
      return Number(text.match(new RegExp(`^${name} (\\S+)`, 'm'))?.[1] ?? NaN);
    },
    async run(...words) {
      const command = spawn(program, [...words, ...common], { stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '', err = '';
      command.stdout.on('data', (part) => { out += part; });
      command.stderr.on('data', (part) => { err += part; });
      const [code] = await once(command, 'close');
      return { code, out, err };
    },
    async stop() {
      const began = Date.now();
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      return { code: child.exitCode, ms: Date.now() - began };
    },
  };
  return node;
}
