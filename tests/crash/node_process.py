"""One noded process under test: started on a free port, killed or stopped, asked over HTTP."""
import http.client
import json
import os
import re
import signal
import subprocess
import time


class Client:
    """One persistent connection. Raises OSError or http.client.HTTPException when the node is gone."""

    def __init__(self, address, token=None, timeout_s=60):
        host, port = address.rsplit(':', 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=timeout_s)
        self.headers = {'accept': 'application/json'}
        if token:
            self.headers['authorization'] = f'Bearer {token}'

    def ask(self, method, path, body=None):
        """Returns (status, parsed body)."""
        headers = dict(self.headers)
        payload = None
        if body is not None:
            payload = json.dumps(body)
            headers['content-type'] = 'application/json'
        self.connection.request(method, path, payload, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.startswith((b'{', b'[')) else text.decode()

    def close(self):
        self.connection.close()


class NotStarted(Exception):
    """The node ended before it served. `text` is what it said, `code` what it exited with."""

    def __init__(self, code, text):
        super().__init__(f'the node did not start, exit code {code}: {text[-600:]}')
        self.code, self.text = code, text


class Node:
    """Owns the process; the data directory stays when it ends.

    `notes` is a folder for log and ready file that is not on the disk under test.
    """

    def __init__(self, program, notes, store, app, settings=()):
        self.program, self.notes, self.store, self.app = program, notes, store, app
        self.settings = list(settings)
        self.log = os.path.join(notes, 'node.log')
        self.process = None
        self.address = None

    def start(self, limit_s=60, settings=(), environment=None, prepare=None):
        """Starts it and waits until it serves; returns the seconds. `prepare` runs in the child."""
        ready = os.path.join(self.notes, 'ready')
        if os.path.exists(ready):
            os.unlink(ready)
        said_before = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        began = time.monotonic()
        arguments = [self.program, '--role', 'n1', '--data', self.store, '--app', self.app,
                     '--listen', '127.0.0.1:0', '--set', f'runtime.ready_file={ready}']
        for setting in [*self.settings, *settings]:
            arguments += ['--set', setting]
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=prepare,
                env={**os.environ, **(environment or {})})
        while not os.path.exists(ready):
            if self.process.poll() is not None:
                raise NotStarted(self.process.returncode, self.said(said_before))
            if time.monotonic() - began > limit_s:
                self.kill()
                raise NotStarted(None, f'nothing served after {limit_s} s; see {self.log}')
            time.sleep(0.01)
        with open(ready, encoding='utf-8') as file:
            self.address = re.search(r'127\.0\.0\.1:\d+', file.read()).group(0)
        return time.monotonic() - began

    def said(self, since=0):
        """What it wrote to its log, from byte `since` on."""
        with open(self.log, 'rb') as log:
            log.seek(since)
            return log.read().decode(errors='replace')

    def errors(self):
        """The lines of its log that tell of errors."""
        if not os.path.exists(self.log):
            return []
        return [line for line in self.said().splitlines() if '"level":"error"' in line]

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def thread_states(self):
        """One letter of each thread: R running, S sleeping, D in the kernel, T stopped."""
        tasks = f'/proc/{self.process.pid}/task'
        for task in os.listdir(tasks):
            with open(f'{tasks}/{task}/stat', encoding='utf-8') as file:
                yield file.read().rsplit(')', 1)[1].split()[0]

    def kill(self):
        if self.runs():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)

    def ended(self, limit_s=60):
        """Waits until it ends by itself; returns its exit code, or None when it goes on."""
        try:
            return self.process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return None

    def create_administrator(self, email, password):
        subprocess.run(
            [self.program, 'user', 'create', email, '--role', 'admin', '--password-stdin',
             '--data', self.store],
            input=password.encode(), check=True, stdout=subprocess.DEVNULL)

    def login(self, email, password):
        status, body = Client(self.address).ask(
            'POST', '/api/auth/password/login', {'email': email, 'password': password})
        if status != 200:
            raise RuntimeError(f'cannot log in: {status} {body}')
        return body['token']
