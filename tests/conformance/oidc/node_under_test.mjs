// A noded of the run's own, and a browser without a screen: cookies, no scripts, redirects by hand.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export class NodeUnderTest {
  static async start(program, application, settings = {}) {
    const work = mkdtempSync(join(tmpdir(), 'oidc-'));
    const ready = join(work, 'ready');
    writeFileSync(join(work, 'app.json'), JSON.stringify(application));
    const set = Object.entries({ 'runtime.ready_file': ready, ...settings })
      .flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    let log = '';
    const child = spawn(program, ['--role', 'n1', '--app', join(work, 'app.json'), '--data',
      join(work, 'store'), '--listen', '127.0.0.1:0', ...set]);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { log += part; });
    while (!existsSync(ready) || readFileSync(ready, 'utf8') === '') {
      if (child.exitCode !== null) throw new Error(`noded did not start:\n${log}`);
      await pause(20);
    }
    const node = new NodeUnderTest();
    node.child = child;
    node.work = work;
    node.origin = readFileSync(ready, 'utf8').trim();
    node.log = () => log;
    return node;
  }

  // The log is written behind the answers.
  async logs(pattern) {
    for (let turn = 0; turn < 500 && !pattern.test(this.log()); ++turn) await pause(20);
    if (!pattern.test(this.log())) throw new Error(`the log never said ${pattern}`);
  }

  async stop() {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill();
    const status = await ended;
    rmSync(this.work, { recursive: true });
    if (status !== 0) throw new Error(`noded ended with status ${status}:\n${this.log()}`);
  }
}

export class Browser {
  cookies = new Map();  // by origin

  jar(url) {
    const { origin } = new URL(url);
    if (!this.cookies.has(origin)) this.cookies.set(origin, new Map());
    return this.cookies.get(origin);
  }

  async send(method, url, { form, headers = {} } = {}) {
    const jar = this.jar(url);
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      body: form === undefined ? undefined : new URLSearchParams(form),
      headers: {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const text = await answer.text();
    const location = answer.headers.get('location');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      location: location === null ? null : new URL(location, url).href,
      json: () => JSON.parse(text),
    };
  }

  get(url, options) { return this.send('GET', url, options); }
  post(url, options) { return this.send('POST', url, options); }
}
