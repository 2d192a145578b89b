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

    def __init__(self, address, token=None):
        host, port = address.rsplit(':', 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=30)
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


class Node:
    """Owns the process; the data directory stays when it ends."""

    def __init__(self, program, data, app):
        self.program, self.data, self.app = program, data, app
        self.process = None
        self.address = None

    def start(self, limit_s=60):
        ready = os.path.join(self.data, 'ready')
        if os.path.exists(ready):
            os.unlink(ready)
        log = open(os.path.join(self.data, 'node.log'), 'ab')
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.program, '--role', 'n1', '--data', os.path.join(self.data, 'store'), '--app', self.app,
             '--listen', '127.0.0.1:0', '--set', f'runtime.ready_file={ready}'],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() - began > limit_s:
                raise SystemExit(f'the node did not start; see {self.data}/node.log')
            time.sleep(0.01)
        with open(ready, encoding='utf-8') as file:
            self.address = re.search(r'127\.0\.0\.1:\d+', file.read()).group(0)
        return time.monotonic() - began

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)

    def create_administrator(self, email, password):
        subprocess.run(
            [self.program, 'user', 'create', email, '--role', 'admin', '--password-stdin',
             '--data', os.path.join(self.data, 'store')],
            input=password.encode(), check=True, stdout=subprocess.DEVNULL)

    def login(self, email, password):
        status, body = Client(self.address).ask(
            'POST', '/api/auth/password/login', {'email': email, 'password': password})
        if status != 200:
            raise SystemExit(f'cannot log in: {status} {body}')
        return body['token']
