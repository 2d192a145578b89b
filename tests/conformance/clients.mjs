// Two unchanged clients at one node: bknd's SDK and @simplewebauthn/browser, as a front end that
// has bknd already would add passkeys. clients.sh starts the node and calls this.
//   clients.mjs ORIGIN FOLDER_WITH_BKND FOLDER_WITH_SIMPLEWEBAUTHN CHROMIUM
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [origin, bkndFolder, passkeyFolder, executablePath] = process.argv.slice(2);
const { Api } = await import(pathToFileURL(path.join(bkndFolder, 'node_modules/bknd/dist/ui/client/index.js')));
const { chromium } = createRequire(path.join(passkeyFolder, 'package.json'))('playwright-core');
const bundle = path.join(passkeyFolder, 'node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js');

const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'] });
const context = await browser.newContext({ bypassCSP: true });
const page = await context.newPage();
const devtools = await context.newCDPSession(page);
await devtools.send('WebAuthn.enable', { enableUI: false });
await devtools.send('WebAuthn.addVirtualAuthenticator', {
  options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  },
});
await page.goto(origin + '/auth/login');
await page.addScriptTag({ content: fs.readFileSync(bundle, 'utf8') });

// What a page does with @simplewebauthn/browser; `token`: of whom it is.
const ceremony = (kind, begin, token) => page.evaluate(async ([kind, begin, token]) => {
  const post = async (path, body) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) };
    const answer = await fetch('/api/auth/passkey/' + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(path + ': ' + answer.status + ' ' + await answer.text());
    return answer.json();
  };
  const { startRegistration, startAuthentication } = SimpleWebAuthnBrowser;
  const optionsJSON = await post(kind + '/options', begin);
  const answer = kind === 'register' ? await startRegistration({ optionsJSON }) : await startAuthentication({ optionsJSON });
  return post(kind + '/verify', answer);
}, [kind, begin, token]);

let passed = 0;
const check = async (name, body) => {
  await body();
  passed += 1;
  console.log('ok   ' + name);
};

const api = new Api({ host: origin, storage: undefined });
const member = { email: 'member@example.com', password: 'a long password' };

try {
  await check('the SDK sees both ways of signing in', async () => {
    const { strategies } = (await api.auth.strategies()).body;
    assert.equal(strategies.password.type, 'password');
    assert.equal(strategies.passkey.type, 'passkey');
  });
  let sdkToken;
  await check('the SDK registers and logs in by password', async () => {
    const made = await api.auth.register('password', member);
    assert.ok(made.ok, JSON.stringify(made.body));
    const entered = await api.auth.login('password', member);
    assert.ok(entered.ok, JSON.stringify(entered.body));
    sdkToken = entered.body.token;
    assert.equal((await api.auth.me()).body.user.email, member.email);
  });
  await check("a page adds a passkey with the SDK's token", async () => {
    const added = await ceremony('register', {}, sdkToken);
    assert.equal(added.verified, true);
    assert.equal(added.token, undefined);
  });
  await check('the SDK works with the token of a passkey', async () => {
    const entered = await ceremony('login', {});
    assert.equal(entered.verified, true);
    const passkeyApi = new Api({ host: origin, token: entered.token });
    assert.equal(passkeyApi.isAuthenticated(), true);
    assert.equal(passkeyApi.getUser().email, member.email);
    assert.equal((await passkeyApi.auth.me()).body.user.email, member.email);
    const note = await passkeyApi.data.createOne('notes', { text: 'by passkey' });
    assert.ok(note.ok, JSON.stringify(note.body));
  });
  await check('and sees what the other one wrote', async () => {
    const notes = await api.data.readMany('notes', { limit: 10 });
    assert.deepEqual(notes.body.data.map((note) => note.text), ['by passkey']);
  });
  await check('who registered by passkey alone uses the SDK', async () => {
    await context.clearCookies();
    const made = await ceremony('register', { username: 'nadia' });
    const passkeyApi = new Api({ host: origin, token: made.token });
    assert.equal((await passkeyApi.auth.me()).body.user.username, 'nadia');
  });
  await check("the browser's EventSource tells what the SDK writes", async () => {
    const entered = await ceremony('login', {});
    const told = page.evaluate(() => new Promise((resolve, reject) => {
      window.events = new EventSource('/api/messages/events?topic=' + encodeURIComponent('$data/notes/#'));
      window.events.addEventListener('message', (event) => resolve(JSON.parse(event.data)), { once: true });
      window.events.addEventListener('open', () => { window.isOpen = true; });
      setTimeout(() => reject(new Error('nothing was told')), 10_000);
    }));
    await page.waitForFunction(() => window.isOpen);
    const note = await new Api({ host: origin, token: entered.token }).data.createOne('notes', { text: 'told' });
    assert.ok(note.ok, JSON.stringify(note.body));
    const event = await told;
    assert.equal(event.topic, `$data/notes/create/${note.body.data.id}`);
    assert.equal(event.record.text, 'told');
  });
  await check('whose session ends is told so', async () => {
    const passed = await page.evaluate(() => new Promise((resolve, reject) => {
      let begun;
      window.events.addEventListener('end', (event) => {
        window.events.close();
        resolve({ ...JSON.parse(event.data), passed: performance.now() - begun });
      });
      setTimeout(() => reject(new Error('the stream did not end')), 20_000);
      fetch('/auth/api/logout', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
        .then((answer) => { if (!answer.ok) throw new Error('logout: ' + answer.status); begun = performance.now(); })
        .catch(reject);
    }));
    assert.equal(passed.reason, 'signed_out');
    console.log(`     told after ${Math.round(passed.passed)} ms`);
  });
  await check('the SDK logs out, the passkey stays', async () => {
    await api.auth.logout();
    assert.equal((await ceremony('login', {})).verified, true);
  });
  console.log(`${passed} passed`);
} finally {
  await browser.close();
}
