"""The HTTP API before a function: requests become events of payload format 2.0, and its answers responses."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from local_lambda.function import Function, Throttled
from local_lambda.wire import Closed, Connection, Message

# For the bench, not of Lambda: GET says what has happened, POST ends all environments.
CONTROL = "/.local-lambda"
JSON = {"Content-Type": "application/json"}


def event_of(message: Message, source: str = "127.0.0.1") -> bytes:
    """API Gateway's HTTP API, payload format 2.0."""
    url = urlsplit(message.path)
    try:
        body, encoded = message.body.decode("utf-8"), False
    except UnicodeDecodeError:
        body, encoded = base64.b64encode(message.body).decode(), True
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{message.method} {url.path}",
        "rawPath": url.path,
        "rawQueryString": url.query,
        "headers": message.headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "local",
            "http": {
                "method": message.method,
                "path": url.path,
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": message.headers.get("user-agent", ""),
            },
            "requestId": "local",
            "routeKey": f"{message.method} {url.path}",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": encoded,
    }
    if message.body:
        event["body"] = body
    return json.dumps(event).encode()


def response_of(body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    """(status, headers, body). An answer without a statusCode is the body of a 200, as the format says."""
    answer = json.loads(body)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return 200, JSON, body
    text = answer.get("body") or ""
    sent = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    return int(answer["statusCode"]), answer.get("headers") or {}, sent


def handle(function: Function, message: Message) -> tuple[int, Mapping[str, str], bytes]:
    if urlsplit(message.path).path == CONTROL:
        return control(function, message)
    try:
        done = function.invoke(event_of(message))
    except Throttled:
        return 503, JSON, b'{"message":"Service Unavailable"}'
    if done.answer.error is not None:
        return 500, JSON, b'{"message":"Internal Server Error"}'
    return response_of(done.answer.body)


def control(function: Function, message: Message) -> tuple[int, Mapping[str, str], bytes]:
    if message.method == "POST":
        function.recycle()
    return 200, JSON, json.dumps(function.summary()).encode()


class Front(socketserver.ThreadingTCPServer):
    """Use as a context manager: it serves from a thread of its own, and each connection has one."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, function: Function, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Caller)
        self.function = function

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Front:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Caller(socketserver.BaseRequestHandler):
    server: Front

    def handle(self) -> None:
        connection = Connection(self.request)
        try:
            while True:
                message = connection.receive()
                status, headers, body = handle(self.server.function, message)
                connection.answer(status, body, headers)
                if message.headers.get("connection", "").lower() == "close":
                    return
        except (Closed, ConnectionError):
            return
        except ValueError as problem:
            connection.answer(400, json.dumps({"message": str(problem)}).encode(), {**JSON, "Connection": "close"})
