"""A `tern serve` process on a free port, and requests to it: through http.client, or byte by byte."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from common import NO_SCORES

PATIENCE = 60.0  # seconds until a hanging server fails a test


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ner_body(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def raw_request(body: bytes, method: str = "POST", path: str = "/ner", *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def read_answer(connection: socket.socket, method: str = "POST") -> Answer:
    """One answer from a connection that nothing else reads from. Do not use it twice on one: it reads ahead."""
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return Answer(response.status, response.headers, response.read())


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    received = b""
    while block := connection.recv(65536):
        received += block
    return received


def has_answer(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


class TernServer:
    def __init__(self, tern: Path, model: Path | str | None, *options: str, scores: str | None = None) -> None:
        """model: the value of -m; None: TERN_MODEL says. scores: TERN_SCORES; "": the default; None: entities have none."""
        chosen = [] if model is None else ["-m", str(model)]
        self.process = subprocess.Popen(
            [str(tern), "serve", *chosen, "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**(NO_SCORES if scores is None else {"TERN_SCORES": scores}), **os.environ},
        )
        self.read_address()

    def read_address(self) -> None:
        """From the line that the process prints once it listens."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        prefix = "listening on http://"
        if not line.startswith(prefix):
            self.process.kill()
            raise AssertionError(f"tern serve did not start: {line!r} {self.process.communicate()[1]!r}")
        self.url = line[len("listening on ") :].strip()
        host, port = line[len(prefix) :].strip().rsplit(":", 1)
        self.address = (host, int(port))

    def routes(self) -> list[str]:
        """Ends the server: the lines that it printed after its address."""
        assert self.process.stdout is not None and self.stop() == 0
        return self.process.stdout.read().decode().splitlines()

    def __enter__(self) -> TernServer:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        """Every server must end well, whatever was done to it (sanitizers report leaks through the exit code)."""
        if failure is not None:
            self.process.kill()
            self.process.wait()
        elif self.process.poll() is None:
            status = self.stop()
            assert status == 0, f"tern serve ended with {status}: {self.errors()}"

    def http(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.address, timeout=PATIENCE)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE)

    def request(
        self, method: str, path: str, body: bytes | Any | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """A request on a connection of its own. An iterable body without Content-Length is sent in chunks."""
        connection = self.http()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def ner(self, body: bytes, content_type: str = "application/json") -> Answer:
        return self.request("POST", "/ner", body, {"Content-Type": content_type})

    def send_signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.process.pid, number)

    def wait(self) -> int:
        return self.process.wait(PATIENCE)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.send_signal(number)
        return self.wait()

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode(errors="replace")
