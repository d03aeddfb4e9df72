"""A Runtime API that follows a script, byte by byte: what it sends, what it accepts, where it breaks off.

It serves the invocations in their order. After the last one /next answers 500, upon which a runtime has to end, so that every
test of the bootstrap ends by itself.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from common import NO_SCORES

VERSION = "2018-06-01"
EXTENSIONS = "2020-01-01"
PATIENCE = 120.0  # seconds until a hanging program fails a test

NO_ANSWER = "close the connection without an answer"
CUT_ANSWER = "close the connection in the middle of the answer"
HOLD = "never answer"
CLOSE_AFTER = "accept with 202 and Connection: close"


@dataclass
class Invocation:
    """One answer to /next. headers: a value of None removes the header. time_left: seconds from the answer to the deadline."""

    event: bytes
    request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    headers: dict[str, str | None] = field(default_factory=dict)
    status: int = 200
    delay: float = 0.0
    pause_in_body: float = 0.0  # seconds, after half of the event
    chunked: bool = False
    fault: str | None = None  # NO_ANSWER, CUT_ANSWER, HOLD
    before: Callable[[], object] | None = None  # called when the runtime waits for it
    halfway: Callable[[], object] | None = None  # called after half of the event, before the pause
    time_left: float | None = None
    deadline: float = 1893456000.0  # set from time_left when it is sent

    def head(self) -> bytes:
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(self.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-2:123456789012:function:ner",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
            "Content-Length": None if self.chunked else str(len(self.event)),
            "Transfer-Encoding": "chunked" if self.chunked else None,
            **self.headers,
        }
        lines = [
            f"HTTP/1.1 {self.status} X",
            *(f"{name}: {value}" for name, value in headers.items() if value is not None),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def body(self) -> bytes:
        if not self.chunked:
            return self.event
        pieces = [self.event[i : i + 1000] for i in range(0, len(self.event), 1000)]
        return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@dataclass
class Request:
    """What the runtime sent."""

    connection: int  # 0 for the first connection it opened, 1 for the second, ...
    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    time: float  # when it was here, in seconds since 1970


class MockRuntimeApi:
    """Use as a context manager; afterwards the requests are in .requests, the POSTs alone in .posts.

    replies: for each POST in turn a status or one of NO_ANSWER, CLOSE_AFTER; then 202 for all others.
    extensions: the Extensions API is there too; what it was asked is in .extension_requests.
    """

    def __init__(
        self,
        invocations: Sequence[Invocation] = (),
        replies: Sequence[int | str] = (),
        prefix: str = "",
        extensions: bool = False,
    ) -> None:
        self.requests: list[Request] = []
        self.extension_requests: list[Request] = []
        self.extensions = extensions
        self._closed = threading.Event()
        self.unexpected: list[str] = []
        self.prefix = prefix
        self._invocations = list(invocations)
        self._replies = list(replies)
        self._lock = threading.Lock()
        self._connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}{prefix}"

    def __enter__(self) -> MockRuntimeApi:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() alone does not
        self._listener.close()

    @property
    def posts(self) -> list[Request]:
        return [request for request in self.requests if request.method == "POST"]

    @property
    def connections(self) -> int:
        return self._connections

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, self._connections), daemon=True).start()
            self._connections += 1

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while True:
                    request = self._read(stream, number)
                    if request is None or not self._answer(connection, request):
                        return
            except OSError:
                return  # the runtime has closed the connection

    def _read(self, stream, number: int) -> Request | None:
        line = stream.readline()
        if not line:
            return None
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = {}
        for raw in iter(stream.readline, b"\r\n"):
            name, _, value = raw.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
        request = Request(number, method, path, headers, body, time.time())
        with self._lock:
            (self.extension_requests if self._is_extension(path) else self.requests).append(request)
        return request

    def _is_extension(self, path: str) -> bool:
        return path.startswith(f"{self.prefix}/{EXTENSIONS}/extension/")

    def _answer(self, connection: socket.socket, request: Request) -> bool:
        """False: the connection is to be closed."""
        if self._is_extension(request.path):
            return self._answer_extension(connection, request)
        base = f"{self.prefix}/{VERSION}/runtime/"
        if request.method == "GET" and request.path == base + "invocation/next":
            return self._send_next(connection)
        if request.method == "POST" and request.path.startswith(base):
            return self._send_reply(connection)
        self.unexpected.append(f"{request.method} {request.path}")
        connection.sendall(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
        return True

    def _answer_extension(self, connection: socket.socket, request: Request) -> bool:
        last = request.path.rsplit("/extension/", 1)[1]
        if not self.extensions:
            connection.sendall(b"HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n")
        elif (request.method, last) == ("POST", "register"):
            connection.sendall(b"HTTP/1.1 200 X\r\nLambda-Extension-Identifier: ext-7\r\nContent-Length: 2\r\n\r\n{}")
        elif (request.method, last) == ("GET", "event/next"):
            self._closed.wait()  # it has not asked for any event
            return False
        return True

    def _send_next(self, connection: socket.socket) -> bool:
        with self._lock:
            invocation = self._invocations.pop(0) if self._invocations else Invocation(b"{}", status=500)
        time.sleep(invocation.delay)
        if invocation.before:
            invocation.before()
        if invocation.fault == HOLD:
            self._closed.wait()
            return False
        if invocation.time_left is not None:
            invocation.deadline = time.time() + invocation.time_left
        head, body = invocation.head(), invocation.body()
        half = len(body) // 2
        if invocation.fault == NO_ANSWER:
            return False
        connection.sendall(head)
        connection.sendall(body[:half])
        if invocation.fault == CUT_ANSWER:
            return False
        if invocation.halfway:
            invocation.halfway()
        time.sleep(invocation.pause_in_body)
        connection.sendall(body[half:])
        return True

    def _send_reply(self, connection: socket.socket) -> bool:
        with self._lock:
            reply = self._replies.pop(0) if self._replies else 202
        if reply == NO_ANSWER:
            return False
        if reply == CLOSE_AFTER:
            connection.sendall(b"HTTP/1.1 202 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        refused = isinstance(reply, int) and reply >= 400
        body = b'{"errorMessage": "scripted", "errorType": "Scripted"}' if refused else b'{"status": "OK"}'
        connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (reply, len(body), body))
        return True


def start_bootstrap(
    program: Path, address: str | None, model: Path | None, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TERN_", "AWS_", "_X_AMZN"))}
    if address is not None:
        environment["AWS_LAMBDA_RUNTIME_API"] = address
    if model is not None:
        environment["TERN_MODEL"] = str(model)
    return subprocess.Popen(
        [str(program)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, **NO_SCORES, **(env or {})},
    )


def run_bootstrap(
    program: Path, address: str | None, model: Path | None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Runs the bootstrap to its end."""
    with start_bootstrap(program, address, model, env) as process:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
