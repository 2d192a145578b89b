// run.mjs --noded PROGRAM [--only TEXT] [--shots FOLDER]: signs in with other services through a
// running node, against the package oidc-provider and against an issuer that does wrong. The exit
// status is 0 when every case passes. Without Chromium (the variable CHROMIUM may name one) the walk
// in a browser is skipped.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';

import { FalseIssuer, makeKey } from './false_issuer.mjs';
import { Browser, NodeUnderTest } from './node_under_test.mjs';
import { realProvider, signInAt } from './real_provider.mjs';

const { values: given } = parseArgs({
  options: { noded: { type: 'string' }, only: { type: 'string' }, shots: { type: 'string' } },
});

const listen = (handle) => new Promise((done) => {
  const server = createServer((request, response) => handle(request, response));
  server.listen(0, '127.0.0.1', () => done(server));
});
let real = null;
const realServer = await listen((request, response) => real(request, response));
const realOrigin = `http://127.0.0.1:${realServer.address().port}`;
let fake = null;
const fakeServer = await listen((request, response) => fake.handle(request, response));
const fakeOrigin = `http://127.0.0.1:${fakeServer.address().port}`;
fake = new FalseIssuer(fakeOrigin);
// Nobody listens there any more.
const gone = await listen(() => {});
const goneOrigin = `http://127.0.0.1:${gone.address().port}`;
await new Promise((done) => gone.close(done));

const custom = (name, issuer, client, more = {}) => ({
  type: 'custom_oauth',
  config: {
    type: 'oidc', name, as: { issuer, ...more },
    client: { ...client, token_endpoint_auth_method: 'client_secret_basic' },
  },
});
const algorithms = { Example: 'RS256', ec: 'ES256', ed: 'EdDSA' };
const strategies = {
  ...Object.fromEntries(Object.keys(algorithms).map((name) => [
    name, custom(name, realOrigin, { client_id: name, client_secret: `secret of ${name}: &=+%` }),
  ])),
  fake: custom('Fake', fakeOrigin, { client_id: 'client', client_secret: 'a-client-secret' }),
  gone: custom('Gone', goneOrigin, { client_id: 'client', client_secret: 'secret' }),
  huge: custom('Huge', `${fakeOrigin}/huge`, { client_id: 'client', client_secret: 'secret' }),
  other: custom('Other', `${fakeOrigin}/other`, { client_id: 'client', client_secret: 'secret' }),
  plain: {
    type: 'custom_oauth',
    config: {
      type: 'oauth2', name: 'Plain',
      as: {
        issuer: fakeOrigin, scopes_supported: ['who'], authorization_endpoint: `${fakeOrigin}/authorize`,
        token_endpoint: `${fakeOrigin}/token`, userinfo_endpoint: `${fakeOrigin}/userinfo`,
      },
      client: { client_id: 'client', client_secret: 'secret', token_endpoint_auth_method: 'client_secret_basic' },
    },
  },
  off: { ...custom('Off', fakeOrigin, { client_id: 'client', client_secret: 'secret' }), enabled: false },
};
const application = {
  auth: {
    enabled: true, allow_register: true, default_role_register: 'member', strategies,
    guard: { enabled: true },
    roles: {
      admin: { implicit_allow: true },
      member: { permissions: ['system.access.api'] },
      guest: { is_default: true, permissions: ['system.access.api'] },
    },
  },
};
const node = await NodeUnderTest.start(given.noded, application);
const at = (path) => node.origin + path;
real = realProvider(realOrigin, node.origin, algorithms);

const cases = [];
const test = (name, body) => cases.push({ name, body });

// Begins at the fake issuer (or another strategy of its) and answers as its page would.
async function begin(browser, { strategy = 'fake', action = 'login', form } = {}) {
  const begun = await browser.post(at(`/api/auth/${strategy}/${action}`), {
    form, headers: { referer: at('/shop?x=1') },
  });
  assert.equal(begun.status, 302, begun.text);
  const asked = new URL(begun.location).searchParams;
  fake.nonce = asked.get('nonce');
  return asked;
}
async function answer(browser, asked, { strategy = 'fake', change = {}, headers = {} } = {}) {
  const query = new URLSearchParams({ code: 'a-code', state: asked.get('state'), iss: fakeOrigin, ...change });
  for (const [name, value] of Object.entries(change)) if (value === null) query.delete(name);
  return browser.get(at(`/api/auth/${strategy}/callback?${query}`), { headers });
}
async function me(browser) {
  const answered = await browser.get(at('/api/auth/me'), { headers: { accept: 'application/json' } });
  return answered.json().user;
}
async function registered(subject, strategy = 'fake') {
  const browser = new Browser();
  fake.subject = subject;
  const answered = await answer(browser, await begin(browser, { action: 'register', strategy }), { strategy });
  assert.equal(answered.status, 302, answered.text);
  assert.equal(answered.location, at('/shop?x=1'), 'back to where it began');
  return browser;
}
// What a refusal looks like to a front end of bknd: back to its page, with a message.
function assertRefused(answered, message) {
  assert.equal(answered.status, 302, answered.text);
  const flash = answered.headers.getSetCookie().find((line) => line.startsWith('__bknd_flash='));
  assert.ok(flash, 'there is no message');
  assert.equal(JSON.parse(decodeURIComponent(flash.slice(13, flash.indexOf(';')))).message, message);
  assert.ok(!answered.headers.getSetCookie().some((line) => /^(nd_session|auth)=./.test(line)));
}
const notWorked = 'Signing in with Fake did not work';

for (const name of Object.keys(algorithms)) {
  test(`registers and logs in with oidc-provider and ${algorithms[name]}`, async () => {
    const browser = new Browser();
    const login = `ann.${name.toLowerCase()}`;
    for (const action of ['register', 'login']) {
      const begun = await browser.post(at(`/api/auth/${name}/${action}`), { headers: { referer: at('/shop') } });
      const back = await signInAt(browser, begun.location, login);
      const done = await browser.get(back);
      assert.equal(done.status, 302, done.text);
      assert.equal(done.location, at('/shop'));
      assert.equal((await me(browser)).email, `${login}@example.com`);
      browser.jar(node.origin).clear();
    }
  });
}

test('registers and logs in as a program that holds the challenge itself', async () => {
  for (const action of ['register', 'login']) {
    const program = new Browser();
    const begun = (await program.get(at(`/api/auth/Example/${action}`))).json();
    assert.deepEqual(Object.keys(begun), ['url', 'challenge', 'action']);
    assert.equal(begun.action, action);
    const back = await signInAt(new Browser(), begun.url, 'native');
    const shown = (await program.get(back)).json();
    assert.deepEqual(Object.keys(shown), ['code']);
    const done = await program.get(at(`/api/auth/Example/callback?code=${shown.code}`), {
      headers: { 'x-state-challenge': begun.challenge, 'x-state-action': action },
    });
    assert.equal(done.status, 200, done.text);
    assert.equal(done.json().user.email, 'native@example.com');
    const checked = await new Browser().get(at('/api/check'), {
      headers: { authorization: `Bearer ${done.json().token}`, accept: 'application/json' },
    });
    assert.equal(checked.status, 200, checked.text);
  }
});

test('lists the strategies without what identifies the client', async () => {
  const { strategies: listed } = (await new Browser().get(at('/api/auth/strategies'))).json();
  assert.deepEqual(listed.fake, { enabled: true, type: 'custom_oauth', config: { name: 'Fake', type: 'oidc', client: {} } });
  assert.equal(listed.off, undefined);
  assert.equal((await new Browser().post(at('/api/auth/off/login'))).status, 404);
});

test('sends PKCE, state and nonce, fresh each time', async () => {
  const seen = new Set();
  for (let turn = 0; turn < 2; ++turn) {
    const asked = await begin(new Browser());
    assert.equal(asked.get('response_type'), 'code');
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.equal(asked.get('redirect_uri'), at('/api/auth/fake/callback'));
    assert.equal(asked.get('scope'), 'openid email profile');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.equal(asked.get(name).length, 43);
      seen.add(asked.get(name));
    }
  }
  assert.equal(seen.size, 6);
});

test('logs in who is registered, by the subject and not by the address', async () => {
  await registered('gil');
  fake.changeClaims = (claims) => ({ ...claims, email: 'gil.moved@example.com' });
  const browser = new Browser();
  const done = await answer(browser, await begin(browser));
  assert.equal(done.status, 302);
  assert.equal((await me(browser)).email, 'gil@example.com');
});

test('asks the userinfo endpoint for an address that the token does not have', async () => {
  fake.changeClaims = ({ email, email_verified, ...claims }) => claims;
  const browser = await registered('uma');
  assert.equal((await me(browser)).email, 'uma@example.com');
  fake.subject = 'una';
  fake.userinfo = () => ({ sub: 'somebody else', email: 'una@example.com' });
  const other = new Browser();
  assertRefused(await answer(other, await begin(other, { action: 'register' })), notWorked);
});

test('signs in with OAuth 2 alone', async () => {
  fake.userinfo = () => ({ id: 4711, email: 'plain@example.com' });
  const browser = await registered('ignored', 'plain');
  assert.equal((await me(browser)).email, 'plain@example.com');
});

test('refuses whom nobody has registered', async () => {
  fake.subject = 'stranger';
  const browser = new Browser();
  assertRefused(await answer(browser, await begin(browser)), 'Invalid credentials');
});

test('never links an account of another strategy by its address', async () => {
  const made = await new Browser().post(at('/api/auth/password/register'), {
    headers: { accept: 'application/json' }, form: { email: 'owner@example.com', password: 'a long password' },
  });
  assert.ok(made.status < 400, made.text);
  fake.subject = 'owner';
  for (const action of ['login', 'register']) {
    const browser = new Browser();
    assertRefused(
      await answer(browser, await begin(browser, { action })), 'User signed up with a different strategy',
    );
  }
});

test('refuses an address that the issuer has not verified', async () => {
  fake.subject = 'unverified';
  fake.changeClaims = (claims) => ({ ...claims, email_verified: false });
  const browser = new Browser();
  assertRefused(
    await answer(browser, await begin(browser, { action: 'register' })),
    'The e-mail address is not verified there',
  );
});

test('refuses a wrong state, a missing one, a cookie of none, and another issuer', async () => {
  await registered('sam');
  for (const change of [{ state: 'x'.repeat(43) }, { state: null }, { iss: 'https://evil.example' }, { iss: null }]) {
    const browser = new Browser();
    const answered = await answer(browser, await begin(browser), { change });
    assert.ok(answered.status === 400 || answered.headers.get('set-cookie').includes('__bknd_flash'), answered.text);
    assert.equal(await me(browser), null);
  }
  const asked = await begin(new Browser());
  assert.equal((await answer(new Browser(), asked)).status, 400);
  assert.equal(fake.asked.token > 0, true);
});

test('refuses a callback that is sent again', async () => {
  await registered('rae');
  const browser = new Browser();
  const asked = await begin(browser);
  const cookie = browser.jar(node.origin).get('nd_oauth');
  assert.equal((await answer(browser, asked)).status, 302);
  assert.equal(browser.jar(node.origin).has('nd_oauth'), false, 'the cookie is taken back');
  const thief = new Browser();
  thief.jar(node.origin).set('nd_oauth', cookie);
  const before = fake.asked.token;
  assert.equal((await answer(thief, asked)).status, 400);
  assert.equal(fake.asked.token, before, 'the issuer is not even asked');
});

test('refuses a stolen code without the verifier that it was asked for with', async () => {
  const victim = new Browser();
  const begun = await victim.post(at('/api/auth/Example/register'));
  const code = new URL(await signInAt(victim, begun.location, 'victim')).searchParams.get('code');
  const thief = new Browser();
  const own = await thief.post(at('/api/auth/Example/register'), { headers: { referer: at('/shop') } });
  const query = new URLSearchParams({
    code, state: new URL(own.location).searchParams.get('state'), iss: realOrigin,
  });
  assertRefused(
    await thief.get(at(`/api/auth/Example/callback?${query}`)), 'Signing in with Example did not work',
  );
});

test('refuses a changed cookie, whichever byte it is', async () => {
  const browser = new Browser();
  const asked = await begin(browser);
  const good = browser.jar(node.origin).get('nd_oauth');
  for (let i = 0; i < good.length; i += 17) {
    const changed = good.slice(0, i) + (good[i] === 'A' ? 'B' : 'A') + good.slice(i + 1);
    const one = new Browser();
    one.jar(node.origin).set('nd_oauth', changed);
    assert.equal((await answer(one, asked)).status, 400, `byte ${i}`);
  }
});

test('refuses the challenge of another strategy, and a program’s as a cookie', async () => {
  const browser = new Browser();
  const asked = await begin(browser);
  assert.equal((await answer(browser, asked, { strategy: 'plain' })).status, 400);
  const begun = (await browser.get(at('/api/auth/fake/login'))).json();
  browser.jar(node.origin).set('nd_oauth', begun.challenge);
  assert.equal((await answer(browser, new URL(begun.url).searchParams)).status, 400);
});

test('refuses a challenge that has expired', async () => {
  const short = await NodeUnderTest.start(given.noded, application, { 'oauth.challenge_ttl': '100ms' });
  const browser = new Browser();
  const begun = await browser.post(`${short.origin}/api/auth/fake/login`);
  const state = new URL(begun.location).searchParams.get('state');
  await pause(150);
  const answered = await browser.get(`${short.origin}/api/auth/fake/callback?code=x&state=${state}&iss=${fakeOrigin}`);
  assert.equal(answered.status, 400);
  await short.logs(/the challenge has expired/);
  await short.stop();
});

test('says so when the issuer is down, before and during', async () => {
  for (const strategy of ['gone', 'huge', 'other']) {
    const answered = await new Browser().get(at(`/api/auth/${strategy}/login`));
    assert.equal(answered.status, 503, answered.text);
  }
  await node.logs(/it sent more than 262144 bytes/);
  await node.logs(/the discovery document is of/);
  fake.tokenAnswer = [{ error: 'server_error' }, 500];
  const browser = new Browser();
  assertRefused(await answer(browser, await begin(browser)), 'Fake cannot be reached now; try again');
});

test('tells what the issuer refuses', async () => {
  fake.tokenAnswer = [{ error: 'invalid_grant' }, 400];
  const browser = new Browser();
  assertRefused(await answer(browser, await begin(browser)), notWorked);
  await node.logs(/the token endpoint refuses: invalid_grant \(status 400\)/);
  const denied = new Browser();
  assertRefused(
    await answer(denied, await begin(denied), { change: { code: null, error: 'access_denied' } }),
    'Fake has not let you in',
  );
});

const now = () => Math.floor(Date.now() / 1000);
const badTokens = {
  'of another nonce': () => { fake.changeClaims = (claims) => ({ ...claims, nonce: 'x'.repeat(43) }); },
  'without nonce': () => { fake.changeClaims = ({ nonce, ...claims }) => claims; },
  'for another client': () => { fake.changeClaims = (claims) => ({ ...claims, aud: 'another' }); },
  'for us and another without azp': () => { fake.changeClaims = (claims) => ({ ...claims, aud: ['client', 'another'] }); },
  'for us by another’s azp': () => { fake.changeClaims = (claims) => ({ ...claims, azp: 'another' }); },
  'of another issuer': () => { fake.changeClaims = (claims) => ({ ...claims, iss: 'https://evil.example' }); },
  'that has expired': () => { fake.changeClaims = (claims) => ({ ...claims, exp: now() - 61 }); },
  'without exp': () => { fake.changeClaims = ({ exp, ...claims }) => claims; },
  'of the future': () => { fake.changeClaims = (claims) => ({ ...claims, iat: now() + 120 }); },
  'without subject': () => { fake.changeClaims = ({ sub, ...claims }) => claims; },
  'of another access token': () => { fake.changeClaims = (claims) => ({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }); },
  'with alg none': () => { fake.changeHeader = () => ({ alg: 'none' }); },
  'with HS256 and the public key as secret': () => { fake.changeHeader = (header) => ({ ...header, alg: 'HS256' }); },
  'with critical extensions': () => { fake.changeHeader = (header) => ({ ...header, crit: ['b64'], b64: false }); },
  'of another kind': () => { fake.changeHeader = (header) => ({ ...header, typ: 'at+jwt' }); },
  'with a changed payload': () => { fake.changeToken = (token) => token.replace(/\.e/, '.f'); },
  'with a changed signature': () => { fake.changeToken = (token) => token.slice(0, -8) + 'AAAAAAAA'; },
  'without signature': () => { fake.changeToken = (token) => token.slice(0, token.lastIndexOf('.') + 1); },
  'signed by another’s key of the same name': () => { fake.signer = makeKey(fake.keys.at(-1).kid); },
  'signed by another kind of key of the same name': () => { fake.signer = makeKey(fake.keys.at(-1).kid, 'ec'); },
  'that is none': () => { fake.changeToken = () => 'token'; },
};
for (const [what, spoil] of Object.entries(badTokens)) {
  test(`refuses a token ${what}`, async () => {
    spoil();
    const browser = new Browser();
    assertRefused(await answer(browser, await begin(browser, { action: 'register' })), notWorked);
    assert.equal(await me(browser), null);
  });
}

test('takes a new key of the issuer at once, and asks for unknown ones once a minute', async () => {
  // Cases before may have asked for keys that there are not: this node has not.
  const fresh = await NodeUnderTest.start(given.noded, application);
  const turn = async () => {
    const browser = new Browser();
    const begun = await browser.post(`${fresh.origin}/api/auth/fake/register`, { headers: { referer: `${fresh.origin}/x` } });
    const asked = new URL(begun.location).searchParams;
    fake.nonce = asked.get('nonce');
    return browser.get(`${fresh.origin}/api/auth/fake/callback?${new URLSearchParams({ code: 'c', state: asked.get('state'), iss: fakeOrigin })}`);
  };
  const before = fake.asked.jwks;
  assert.equal((await turn()).location, `${fresh.origin}/x`);
  assert.equal(fake.asked.jwks, before + 1);
  fake.keys = [makeKey('two', 'ec')];
  fake.reset();
  const rotated = await turn();
  assert.ok(rotated.headers.getSetCookie().some((line) => line.startsWith('nd_session=')), rotated.text);
  assert.equal(fake.asked.jwks, before + 2);
  fake.signer = makeKey('three');
  for (let i = 0; i < 3; ++i) assertRefused(await turn(), notWorked);
  assert.equal(fake.asked.jwks, before + 2);
  await fresh.stop();
});

test('keeps codes, tokens and secrets out of the log', async () => {
  await node.logs(/the issuer has no such key|the signature does not verify/);
  assert.doesNotMatch(node.log(), /a-code|a-client-secret|eyJ|secret of/);
});

const chromium = process.env.CHROMIUM
  ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
test('leads a person in a browser from the page to the provider and back', async () => {
  if (!chromium) return 'there is no Chromium';
  const { chromium: driver } = await import('playwright-core');
  const window = await driver.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  const shoot = (page, name) => (given.shots ? page.screenshot({ path: `${given.shots}/${name}.png`, fullPage: true }) : null);
  try {
    for (const javaScriptEnabled of [false, true]) {
      const context = await window.newContext({ javaScriptEnabled, locale: 'en' });
      const page = await context.newPage();
      const complaints = [];
      page.on('console', (message) => { if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text()); });
      const isThrough = (url) => url.origin === node.origin && (url.pathname === '/api/auth/me' || url.search.includes('error='));
      // The second time the provider knows the person and leads back at once.
      const through = async (path) => {
        await page.goto(at(path));
        await shoot(page, `${path.split(/[/?]/)[2]}-${javaScriptEnabled}`);
        await page.getByRole('button', { name: 'Continue with Example' }).click();
        await page.waitForURL((url) => url.origin === realOrigin || isThrough(url));
        while (page.url().startsWith(realOrigin)) {
          if (await page.locator('input[name=login]').count()) {
            await page.fill('input[name=login]', `bea.${javaScriptEnabled}`);
            await page.fill('input[name=password]', 'any');
          }
          const { href } = new URL(page.url());
          await page.locator('button[type=submit]').first().click();
          await page.waitForURL((url) => url.href !== href);
        }
        await page.waitForURL(isThrough);
      };
      await through('/auth/login?next=/api/auth/me');
      assert.match(page.url(), /\/auth\/login\?error=no_account&next=%2Fapi%2Fauth%2Fme$/);
      await shoot(page, `no-account-${javaScriptEnabled}`);
      await through('/auth/register?next=/api/auth/me');
      assert.equal(page.url(), at('/api/auth/me'));
      assert.match(await page.content(), new RegExp(`bea\\.${javaScriptEnabled}@example\\.com`));
      assert.deepEqual(complaints, []);
      await context.close();
    }
  } finally {
    await window.close();
  }
  return null;
});

let failed = 0;
let ran = 0;
for (const { name, body } of cases) {
  if (given.only && !name.includes(given.only)) continue;
  ran += 1;
  fake.reset();
  try {
    const skipped = await body();
    console.log(`ok ${ran} ${name}${skipped ? ` # SKIP ${skipped}` : ''}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${ran} ${name}\n  ${String(error.stack ?? error).replaceAll('\n', '\n  ')}`);
  }
}
if (failed > 0) console.log(node.log().split('\n').filter((line) => line.includes('oauth')).join('\n'));
await node.stop();
for (const server of [realServer, fakeServer]) {
  server.closeAllConnections();
  server.close();
}
console.log(`${ran - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
