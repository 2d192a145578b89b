// Every case starts a fresh node and the mail servers it needs.
import assert from 'node:assert/strict';
import { mailServer, password, startNode, until } from './world.mjs';

const only = process.argv[4] ?? '';
const cases = [];
const test = (name, body) => cases.push({ name, body });
const account = { email: 'ada@example.org', password: 'a first password' };
const tokenIn = (letter) => letter.text.match(/\?token=([A-Za-z0-9_-]{43})\s/)[1];

async function withAccount(server, settings) {
  const node = await startNode({ ...settings, set: { 'mail.smtp': server.url, ...settings?.set } });
  assert.ok(!node.failed, node.log);
  assert.equal((await node.post('/api/auth/password/register', account)).status, 200);
  return node;
}

test('recovers an account over STARTTLS with a login', async () => {
  const server = await mailServer();
  const node = await withAccount(server);
  assert.deepEqual((await node.post('/auth/recover', { email: account.email })).body, { sent: true });
  const letter = await server.letter();
  assert.ok(letter.session.secure, 'TLS');
  assert.equal(letter.session.user, 'app');
  assert.equal(letter.session.envelope.mailFrom.address, 'noreply@example.org');
  assert.deepEqual(letter.session.envelope.rcptTo.map((one) => one.address), [account.email]);
  assert.deepEqual(letter.from.value, [{ address: 'noreply@example.org', name: 'Node 节点' }]);
  assert.equal(letter.to.text, account.email);
  assert.equal(letter.subject, 'Choose a new password');
  assert.ok(letter.messageId.endsWith('@example.org>'));
  assert.ok(Math.abs(letter.date - Date.now()) < 60_000);
  assert.match(letter.text, /https:\/\/app\.example\.org\/auth\/recover\?token=/);
  const token = tokenIn(letter);
  assert.equal((await node.post('/auth/recover', { token, password: 'a second password' })).status, 200);
  assert.equal((await node.post('/auth/recover', { token, password: 'a third password' })).status, 401);
  assert.equal((await node.post('/api/auth/password/login', account)).status, 401);
  assert.equal((await node.post('/api/auth/password/login', { ...account, password: 'a second password' })).status, 200);
  assert.equal(await node.metric('noded_mail_sent_total'), 1);
  assert.equal((await node.stop()).code, 0);
  assert.ok(!node.log().includes(token) && !node.log().includes(password), 'no secret in the log');
  assert.ok(!node.log().includes(account.email), 'no address in the log');
});

test('writes Chinese over TLS from the first byte', async () => {
  const server = await mailServer({ secure: true });
  const node = await withAccount(server);
  await node.post('/auth/recover', { email: account.email }, { 'accept-language': 'zh-CN,zh;q=0.9' });
  const letter = await server.letter();
  assert.equal(letter.subject, '设置新密码');
  assert.match(letter.text, /30 分钟内有效/);
  assert.match(letter.text, /https:\/\/app\.example\.org\/auth\/recover\?token=[\w-]{43}\n/);
  assert.ok(letter.session.secure);
});

test('confirms the address of who registers before the first login', async () => {
  const server = await mailServer();
  const node = await startNode({ set: { 'mail.smtp': server.url, 'auth.verify_email': 'required' } });
  const registered = await node.post('/api/auth/password/register', account);
  assert.equal(registered.status, 403, JSON.stringify(registered.body));
  assert.equal((await node.post('/auth/api/login', account)).body.code, 'EMAIL_NOT_VERIFIED');
  const token = tokenIn(await server.letter());
  const page = await fetch(`${node.base}/auth/verify?token=${token}`);
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
  assert.equal((await node.post('/auth/api/login', account)).status, 403, 'looking at a link is not using it');
  assert.equal((await node.post('/auth/verify', { token })).status, 200);
  assert.equal((await node.post('/auth/api/login', account)).status, 200);
});

test('registers and signs in by codes', async () => {
  const server = await mailServer();
  const node = await startNode({ set: { 'mail.smtp': server.url, 'auth.email_otp': 'true' } });
  const email = 'bob@example.org';
  for (const [count, action] of ['register', 'login'].entries()) {
    const sent = await node.post(`/api/auth/otp/${action}`, { email });
    assert.equal(sent.status, 201);
    assert.equal(sent.body.data.action, action);
    const code = (await server.letter(count + 1)).text.match(/^(\d{6})$/m)[1];
    const entered = await node.post(`/api/auth/otp/${action}`, { email, code });
    assert.equal(entered.status, 200, JSON.stringify(entered.body));
    const me = await fetch(`${node.base}/api/auth/me`, { headers: { authorization: `Bearer ${entered.body.token}` } });
    assert.equal((await me.json()).user.email, email);
    const again = await node.post(`/api/auth/otp/${action}`, { email, code });
    assert.equal(again.status, 400);
    assert.ok(!node.log().includes(code), 'no code in the log');
  }
});

test('tells by mail alone who has an account', async () => {
  const server = await mailServer();
  const node = await startNode({
    set: { 'mail.smtp': server.url, 'auth.verify_email': 'required', 'auth.hide_existence': 'true' } });
  const register = () => node.post('/auth/register', account);
  const first = await register();
  assert.equal(first.status, 202);
  const token = tokenIn(await server.letter(1));
  assert.deepEqual(await register(), first);
  const owners = await server.letter(2);
  assert.equal(owners.subject, 'You have an account already');
  assert.match(owners.text, /https:\/\/app\.example\.org\/auth\/recover\n/);
  assert.equal((await node.post('/auth/api/login', account)).body.code, 'UNAUTHENTICATED');
  assert.equal((await node.post('/auth/verify', { token })).status, 200);
  assert.equal((await node.post('/auth/api/login', account)).status, 200);
});

test('logs in by a link, once', async () => {
  const server = await mailServer();
  const node = await withAccount(server, { set: { 'auth.magic_link': 'true' } });
  const asked = await node.post('/auth/api/link', { email: account.email, next: '/posts' });
  assert.equal(asked.status, 202);
  const nobody = await node.post('/auth/api/link', { email: 'nobody@example.org', next: '/posts' });
  assert.deepEqual(nobody, asked);
  const letter = await server.letter();
  assert.equal(letter.subject, 'Your link to log in');
  assert.match(letter.text, /https:\/\/app\.example\.org\/auth\/link\?token=[\w-]{43}\n/);
  const token = tokenIn(letter);
  const page = await fetch(`${node.base}/auth/link?token=${token}`);
  assert.ok((await page.text()).includes(account.email), 'the page names the account');
  const entered = await node.post('/auth/link', { token });
  assert.equal(entered.status, 200, JSON.stringify(entered.body));
  assert.equal(entered.body.redirect, '/posts');
  const check = await fetch(`${node.base}/api/check`, { headers: { authorization: `Bearer ${entered.body.token}` } });
  assert.deepEqual((await check.json()).amr, ['email']);
  assert.equal((await node.post('/auth/link', { token })).status, 401);
  assert.equal(server.letters.length, 1);
  assert.ok(!node.log().includes(token), 'no token in the log');
});

test('gives neither letter nor password to a server without TLS', async () => {
  const server = await mailServer({ starttls: false });
  const node = await withAccount(server);
  const tested = await node.run('mail', 'test', 'me@example.org');
  assert.equal(tested.code, 1);
  assert.match(tested.err, /localhost:\d+: .*(TLS|SSL)/i);
  assert.equal(server.letters.length, 0);
});

test('does so where the options allow it', async () => {
  for (const starttls of ['opportunistic', 'off']) {
    const server = await mailServer({ starttls: false });
    const node = await withAccount(server, { set: { 'mail.starttls': starttls } });
    assert.equal((await node.run('mail', 'test', 'me@example.org')).code, 0);
    assert.equal((await server.letter()).session.secure, false);
  }
});

test('trusts no certificate that it was not told of', async () => {
  const server = await mailServer({ secure: true });
  const node = await withAccount(server, { set: { 'mail.ca_file': '' } });
  const tested = await node.run('mail', 'test', 'me@example.org');
  assert.equal(tested.code, 1);
  assert.match(tested.err, /certificate/i);
});

test('tells the operator what the server said', async () => {
  const server = await mailServer({ refuse: (stage, count) => (stage === 'to' && count === 2 ? 550 : 0) });
  const node = await withAccount(server);
  const taken = await node.run('mail', 'test', 'me@example.org');
  assert.equal(taken.code, 0, taken.err);
  assert.match(taken.out, /me@example\.org: 250 /);
  assert.match((await server.letter()).text, /can send mail/);
  const refused = await node.run('mail', 'test', 'me@example.org');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /550 .*not now or never/);
  const wrong = await node.run('mail', 'test', 'me');
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /no e-mail address/);
});

test('tells of a wrong password without it', async () => {
  const server = await mailServer();
  const node = await withAccount(server, { password: 'wrong-smtp-password' });
  const tested = await node.run('mail', 'test', 'me@example.org');
  assert.equal(tested.code, 1);
  assert.match(tested.err, /535/);
  assert.ok(!(tested.err + tested.out + node.log()).includes('wrong-smtp-password'));
});

test('tries again what is refused for now', async () => {
  const server = await mailServer({ refuse: (stage, count) => (stage === 'data' && count < 3 ? 451 : 0) });
  const node = await withAccount(server);
  await node.post('/auth/recover', { email: account.email });
  await server.letter();
  assert.equal(server.tries.data, 3);
  await until(async () => (await node.metric('noded_mail_waiting')) === 0, 'nothing waits');
  assert.equal(await node.metric('noded_mail_sent_total'), 1);
  assert.equal(await node.metric('noded_mail_retries_total'), 2);
  assert.equal(await node.metric('noded_mail_failed_total'), 0);
});

test('gives up what is refused for good, and says so without the address', async () => {
  const server = await mailServer({ refuse: (stage) => (stage === 'to' ? 550 : 0) });
  const node = await withAccount(server);
  await node.post('/auth/recover', { email: account.email });
  await until(async () => (await node.metric('noded_mail_failed_total')) === 1, 'given up');
  assert.equal(server.tries.to, 1);
  await node.stop();
  assert.match(node.log(), /mail\.not_sent/);
  assert.match(node.log(), /example\.org/);
  assert.ok(!node.log().includes(account.email));
});

test('serves on, and stops soon, while a server does not answer', async () => {
  const server = await mailServer({ silent: true });
  const node = await withAccount(server, { set: { 'mail.timeout': '60s' } });
  await node.post('/auth/recover', { email: account.email });
  await until(async () => (await node.metric('noded_mail_waiting')) === 1, 'one waits');
  assert.equal((await node.post('/api/auth/password/login', account)).status, 200);
  const stopped = await node.stop();
  assert.equal(stopped.code, 0);
  assert.match(node.log(), /mail\.given_up/);
  await server.close();
});

test('without mail says so, and gives the operator links', async () => {
  const node = await startNode();
  await node.post('/api/auth/password/register', account);
  const refused = await node.post('/auth/recover', { email: account.email });
  assert.equal(refused.status, 501);
  assert.equal(refused.body.code, 'MAIL_NOT_CONFIGURED');
  assert.equal((await node.run('mail', 'test', 'me@example.org')).code, 1);
  const made = await node.run('user', 'recovery-link', account.email);
  assert.equal(made.code, 0, made.err);
  assert.match(made.err, /works once, until/);
  const token = made.out.match(/^https:\/\/app\.example\.org\/auth\/recover\?token=([\w-]{43})\n$/)[1];
  assert.equal((await node.post('/auth/recover', { token, password: 'a second password' })).status, 200);
  await node.stop();
  assert.ok(!node.log().includes(token));
});

test('starts with no option that is not in order', async () => {
  for (const set of [
    { 'mail.smtp': 'https://localhost' },
    { 'mail.smtp': 'smtp://localhost:25', 'mail.from': 'nobody' },
    { 'mail.smtp': 'smtp://localhost:25', 'mail.password_file': '/does/not/exist' },
    { 'mail.smtp': 'smtp://localhost:25', 'mail.public_url': '' },
    { 'mail.public_url': 'https://app.example.org/path?x' },
    { 'mail.smtp': 'smtp://localhost:25', 'auth.hide_existence': 'true' },
    { 'auth.verify_email': 'required', 'auth.hide_existence': 'true' },
  ]) {
    const node = await startNode({ set });
    assert.ok(node.failed, JSON.stringify(set));
    assert.match(node.log, /mail\.(smtp|from|password_file|public_url)|auth\.hide_existence/);
  }
});

let failures = 0;
for (const { name, body } of cases) {
  if (!name.includes(only)) continue;
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
console.log(`${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
