"""An SQS endpoint that follows a script, for what a real queue does not do on demand: faults, half-accepted batches, silence."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Union

CLOSE = "close the connection without an answer"
HANG = "accept all, after six seconds: sooner than the client would give up of itself"

Reply = Union[str, tuple[int, Any], dict[str, dict[str, Any]], None]
"""None: accept all. (status, body): as they are (bytes or JSON). A dict: {entry id: its item of "Failed"}, the others are
accepted; {"*": ...} for all that are not mentioned. CLOSE, HANG."""


class ScriptedQueue:
    """Use as a context manager. Replies are given in their order, then everything is accepted."""

    def __init__(
        self,
        replies: Sequence[Reply] = (),
        certificate: Path | None = None,
        name: str = "results",
        before: Callable[[], object] = lambda: None,
    ) -> None:
        """before: called when a request has come, before it is answered."""
        self._before = before
        self.requests: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.accepted: list[dict[str, Any]] = []  # entries
        self._replies = list(replies)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://localhost:{self._server.server_port}/123456789012/{name}"

    def __enter__(self) -> ScriptedQueue:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(entry["MessageBody"]) for entry in self.accepted]

    def _answer(self, request: Any) -> tuple[int, bytes]:
        self._before()
        with self._lock:
            reply: Reply = self._replies.pop(0) if self._replies else None
        if reply == HANG:
            time.sleep(6)
        if isinstance(reply, tuple):
            status, body = reply
            return status, body if isinstance(body, bytes) else json.dumps(body).encode()
        failures: dict[str, Any] = reply if isinstance(reply, dict) else {}
        successful, failed = [], []
        for entry in request["Entries"]:
            failure = failures.get(entry["Id"], failures.get("*"))
            if failure is None:
                self.accepted.append(entry)
                message = {"MessageId": "6f1c0a7e-0000-4000-8000-000000000000", "MD5OfMessageBody": "0" * 32}
                successful.append({"Id": entry["Id"], **message})
            else:
                failed.append({"Id": entry["Id"], **failure})
        return 200, json.dumps({"Successful": successful, "Failed": failed}).encode()

    def _handler(self) -> type:
        queue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                queue.requests.append(request)
                queue.headers.append({name.lower(): value for name, value in self.headers.items()})
                if queue._replies and queue._replies[0] == CLOSE:
                    queue._replies.pop(0)
                    self.close_connection = True
                    return
                status, body = queue._answer(request)
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
