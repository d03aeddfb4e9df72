"""One environment of a function: its process, in its control group, and the Runtime API that it talks to.

Everything happens in the caller's thread: invoke() writes the event to the connection on which the runtime waits, and reads
until its answer is there. So nothing is handed over between threads while the clock runs.
"""

from __future__ import annotations

import os
import re
import resource
import selectors
import signal
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from local_lambda.cgroup import Cgroup
from local_lambda.share import MEBIBYTE
from local_lambda.wire import Closed, Connection, Message

API = "/2018-06-01/runtime"
INIT_SECONDS = 120.0  # Lambda gives 10 and then starts again; here a slow start is to be seen, not hidden
LARGEST_ANSWER = 6 * MEBIBYTE + 100  # Lambda's limit: 6,291,556 bytes
BIRTH = struct.Struct("qqq")  # CLOCK_MONOTONIC in ns, minor and major page faults: at exec


class Spec(NamedTuple):
    """How a function's process is started. environment: besides what Lambda sets itself and PATH."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    handler: str = "bootstrap"
    folder: Path = Path("/")


class Answer(NamedTuple):
    body: bytes
    error: str | None  # the type of a failed invocation's error
    seconds: float  # from the event on its way to the answer received: Lambda's Duration


class Usage(NamedTuple):
    """Of the process since its exec."""

    peak_mb: float  # resident set, mapped files included (VmHWM)
    minor_faults: int
    major_faults: int  # those that had to wait for the disk
    cpu_seconds: float
    read_bytes: int  # from the disk


class InitFailed(Exception):
    """The environment did not come to ask for its first event; kind is Lambda's type of error."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Ended(Exception):
    """The process has ended, or did not answer in time and was ended."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Environment:
    def __init__(
        self,
        spec: Spec,
        memory_mb: int,
        throttle: bool = True,
        timeout: float = 15.0,
        log: Path | None = None,
        all_cpus: bool = False,
    ) -> None:
        """throttle: False leaves the control group out. all_cpus: it limits the memory alone. timeout: seconds an
        invocation may take. log: its output is added.
        """
        self.spec, self.memory_mb, self.timeout = spec, memory_mb, timeout
        self._cgroup = Cgroup(memory_mb, all_cpus=all_cpus) if throttle else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: dict[int, Connection] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._waiting: Connection | None = None  # on which /next has been asked
        self._log = open(log or os.devnull, "ab")  # noqa: SIM115 - close() does
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self.exec_at = 0.0  # on time.monotonic's clock, as the next
        self.answered_at = 0.0
        self._faults_at_exec = (0, 0)
        self.init_seconds = 0.0

    # ------------------------------------------------------------------ life

    def start(self) -> float:
        """Starts the process; seconds from its exec to its request for the first event. Raises InitFailed."""
        reader, writer = os.pipe()
        environment = {**self._lambda_environment(), **self.spec.environment}

        def enter() -> None:  # in the child, right before exec: nothing here may need a lock
            if self._cgroup:
                self._cgroup.enter()
            usage = resource.getrusage(resource.RUSAGE_SELF)
            os.write(writer, BIRTH.pack(time.monotonic_ns(), usage.ru_minflt, usage.ru_majflt))

        try:
            self._process = subprocess.Popen(
                self.spec.command,
                env=environment,
                cwd=self.spec.folder,
                preexec_fn=enter,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
            )
            at, *faults = BIRTH.unpack(os.read(reader, BIRTH.size))
        finally:
            os.close(reader)
            os.close(writer)
        self.exec_at, self._faults_at_exec = at / 1e9, (faults[0], faults[1])
        self._pidfd = os.pidfd_open(self._process.pid)
        self._selector.register(self._pidfd, selectors.EVENT_READ)
        try:
            self._await_next(time.monotonic() + INIT_SECONDS)
        except Ended as problem:
            raise InitFailed(problem.kind, str(problem)) from problem
        self.init_seconds = time.monotonic() - self.exec_at
        return self.init_seconds

    def invoke(self, event: bytes) -> Answer:
        """Has the runtime answer the event. Raises Ended if it could not; then only end() is left."""
        request_id = str(uuid.uuid4())
        limit = time.monotonic() + self.timeout
        connection = self._await_next(limit)
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:us-east-1:123456789012:function:{self.spec.name}",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        }
        self._waiting = None
        begin = time.monotonic()
        connection.answer(200, event, headers)
        while True:
            source, message = self._next_message(limit)
            answer = self._answer_of(source, message, request_id, begin)
            if answer is not None:
                return answer

    def end(self) -> None:
        """Ends the process and frees everything. Lambda tells processes with an extension first; these are just ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._cgroup:
            for pid in self._cgroup.processes():  # its children, if it left some
                os.kill(pid, signal.SIGKILL)
            self._cgroup.remove()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        for connection in self._connections.values():
            connection.close()
        self._selector.close()
        self._listener.close()
        self._log.close()

    def usage(self) -> Usage:
        """Of the living process."""
        assert self._process is not None
        folder = Path(f"/proc/{self._process.pid}")
        found = re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
        # proc(5): after the name in parentheses, field 3 comes first.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        minor, major, user, system = (int(fields[i - 3]) for i in (10, 12, 14, 15))
        read = re.search(r"^read_bytes: (\d+)$", (folder / "io").read_text(), re.MULTILINE)
        return Usage(
            int(found.group(1)) / 1024 if found else 0.0,
            minor - self._faults_at_exec[0],
            major - self._faults_at_exec[1],
            (user + system) / os.sysconf("SC_CLK_TCK"),
            int(read.group(1)) if read else 0,
        )

    # ------------------------------------------------------------------ the Runtime API

    def _await_next(self, limit: float) -> Connection:
        """The connection on which the runtime has asked for an event."""
        while self._waiting is None:
            source, message = self._next_message(limit)
            if message.path == f"{API}/init/error":
                source.answer(202)
                raise Ended(
                    message.headers.get("lambda-runtime-function-error-type", "Runtime.Unknown"),
                    message.body.decode("utf-8", "replace"),
                )
            if not self._is_next(source, message):
                source.answer(403)
        return self._waiting

    def _is_next(self, source: Connection, message: Message) -> bool:
        if message.method == "GET" and message.path == f"{API}/invocation/next":
            self._waiting = source
            return True
        return False

    def _answer_of(self, source: Connection, message: Message, request_id: str, begin: float) -> Answer | None:
        base = f"{API}/invocation/{request_id}"
        if message.method != "POST" or message.path not in (f"{base}/response", f"{base}/error"):
            if not self._is_next(source, message):
                source.answer(400 if message.method == "POST" else 404)
            return None
        self.answered_at = time.monotonic()
        seconds = self.answered_at - begin
        if message.path.endswith("/response"):
            if len(message.body) > LARGEST_ANSWER:
                source.answer(413)
                return Answer(b"", "Function.ResponseSizeTooLarge", seconds)
            source.answer(202)
            return Answer(message.body, None, seconds)
        source.answer(202)
        return Answer(message.body, message.headers.get("lambda-runtime-function-error-type", "Unhandled"), seconds)

    def _next_message(self, limit: float) -> tuple[Connection, Message]:
        """Waits for the runtime's next whole request, whichever connection it uses. Raises Ended."""
        while True:
            ready = self._selector.select(max(0.0, limit - time.monotonic()))
            if not ready and time.monotonic() >= limit:
                raise Ended("Sandbox.Timedout", f"Task timed out after {self.timeout:.2f} seconds")
            ended = False
            for key, _ in ready:
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fd == self._pidfd:
                    ended = True
                else:
                    found = self._receive(self._connections[key.fd])
                    if found is not None:
                        return self._connections[key.fd], found
            if ended and len(ready) == 1:  # nothing else left to read
                raise Ended("Runtime.ExitError", self._how_it_ended())

    def _accept(self) -> None:
        connection = Connection(self._listener.accept()[0])
        self._connections[connection.peer.fileno()] = connection
        self._selector.register(connection.peer, selectors.EVENT_READ)

    def _receive(self, connection: Connection) -> Message | None:
        try:
            return connection.receive_some()
        except Closed:
            self._selector.unregister(connection.peer)
            del self._connections[connection.peer.fileno()]
            if self._waiting is connection:
                self._waiting = None
            connection.close()
            return None

    def _how_it_ended(self) -> str:
        assert self._process is not None
        if self._cgroup and self._cgroup.out_of_memory:
            return f"Runtime exited: out of its {self.memory_mb} MB of memory"
        status = self._process.wait()
        return f"Runtime exited with {f'signal {-status}' if status < 0 else f'exit status {status}'}"

    def _lambda_environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._listener.getsockname()[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": self.spec.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": "us-east-1",
            "LAMBDA_TASK_ROOT": str(self.spec.folder),
            "_HANDLER": self.spec.handler,
        }
