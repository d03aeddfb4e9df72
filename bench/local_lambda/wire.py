"""HTTP/1.1 messages with a Content-Length, on a socket: what the Runtime API and its front need, and fast enough for it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

CHUNK = 1 << 16


class Message(NamedTuple):
    start: str  # "GET /path HTTP/1.1"
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def method(self) -> str:
        return self.start.split(" ", 1)[0]

    @property
    def path(self) -> str:
        return self.start.split(" ")[1]


class Closed(Exception):
    """The other side has closed the connection."""


class Connection:
    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self._buffer = b""
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive_some(self) -> Message | None:
        """Reads once (waits if nothing is there); the message if it is now complete. Raises Closed."""
        try:
            data = self.peer.recv(CHUNK)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed
        self._buffer += data
        return self._take()

    def receive(self) -> Message:
        """Waits for a whole message. Raises Closed, and ValueError for what is no such message."""
        message = self._take()
        while message is None:
            message = self.receive_some()
        return message

    def _take(self) -> Message | None:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        start, *lines = head.decode("latin-1").split("\r\n")
        if len(start.split(" ")) < 3:
            raise ValueError(f"no HTTP: {start[:80]!r}")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "transfer-encoding" in headers:
            raise ValueError("Transfer-Encoding is not supported: send a Content-Length")
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return Message(start, headers, rest[:length])

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] = {}) -> None:
        self.peer.sendall(response(status, body, headers))

    def close(self) -> None:
        self.peer.close()


def response(status: int, body: bytes, headers: Mapping[str, str] = {}) -> bytes:
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    lines = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("latin-1") + body
