"""A server that is started as users start it."""

import http.client
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest


@dataclass(frozen=True)
class Serving:
    """A server, and the link that it printed."""

    process: subprocess.Popen
    link: str

    @property
    def address(self):
        parts = urlsplit(self.link)
        return parts.hostname, parts.port

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=60)

    def ask(self, method, path, body=None, **headers):
        """Ask once; gives status, headers and the answer's bytes."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = self.connect()
        try:
            connection.request(method, path, body, names)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def refusal(self, method, path, body=None, **headers):
        """Ask for what is refused; gives the status and the sentence."""
        status, answered, content = self.ask(method, path, body, **headers)
        assert answered["content-type"] == "application/json"
        (sentence,) = json.loads(content).values()
        return status, sentence


@pytest.fixture(scope="session")
def start_serving():
    """Starts servers, each on a port that is free, and ends them."""
    started = []

    def start(*arguments, before="", **environment):
        code = f"{before}\nimport sys; from dbd_mobile.cli import main; sys.exit(main())"
        command = [sys.executable, "-W", "error", "-c", code, "serve", "--port", "0"]
        process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        link = process.stdout.readline().strip()
        if not link:
            pytest.fail(f"The server did not start: {process.communicate()[1]}")
        return Serving(process, link)

    yield start
    for process in started:
        process.kill()
        process.communicate()
