// The login page under a storm of failed logins; login_proof.sh starts the node and calls this.
//   login_proof.mjs ORIGIN FOLDER_WITH_PLAYWRIGHT CHROMIUM
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';

const [origin, folder, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(path.join(folder, 'package.json'))('playwright-core');
const ada = { email: 'ada@example.org', password: 'a fine long password' };
const post = async (target, body) => {
  const answer = await fetch(origin + target, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const storm = async () => {
  for (const name of ['a', 'b', 'c'])
    await post('/auth/api/login', { email: `${name}${Math.random()}@example.org`, password: 'wrong-password' });
};

assert.equal((await post('/api/auth/password/register', ada)).status, 200);
const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'] });
const enter = async (page) => {
  await page.fill('input[name=email]', ada.email);
  await page.fill('input[name=password]', ada.password);
  await page.click('form[action="/auth/api/login"] button');
};

// Somebody who opened the page before: a new page, with work, then in.
{
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/auth/login?next=/api/check`);
  await storm();
  await enter(page);
  await page.waitForSelector('.problem');
  assert.match(await page.textContent('.problem'), /Very many logins fail/);
  assert.equal(await page.locator('noscript').count(), 1);
  const began = Date.now();
  await enter(page);
  await page.waitForURL(`${origin}/api/check`);
  assert.match(await page.textContent('body'), /ada@example\.org/);
  console.log(`ok      a browser does the work and gets in, after ${Date.now() - began} ms`);
  // The device is known now.
  await page.context().clearCookies({ name: 'nd_session' });
  await page.context().clearCookies({ name: 'auth' });
  await storm();
  await page.goto(`${origin}/auth/login?next=/api/check`);
  await page.evaluate(() => document.querySelector('input[data-challenge]').remove());
  await enter(page);
  await page.waitForURL(`${origin}/api/check`);
  console.log('ok      a known device gets in without');
}
{
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await storm();
  await page.goto(`${origin}/auth/login`);
  await enter(page);
  assert.match(await page.textContent('main'), /Without JavaScript please wait/);
  console.log('ok      without scripts the page says to wait');
}
{
  await storm();
  const asked = await post('/api/auth/password/login', ada);
  assert.equal(asked.status, 429);
  assert.equal(asked.body.type, 'PROOF_REQUIRED');
  const { challenge, bits } = asked.body.proof;
  let nonce = 0;
  const digest = () => createHash('sha256').update(challenge + nonce).digest().readUInt32BE(0);
  while (Math.clz32(digest()) < bits) nonce += 1;
  const entered = await post('/api/auth/password/login', { ...ada, proof: `${challenge}.${nonce}` });
  assert.equal(entered.status, 200, JSON.stringify(entered.body));
  console.log('ok      a program does the work and gets in');
}
await browser.close();
