"""RFC 9112 and 9110 on the wire: what must be answered, and what must be refused with one answer, in JSON, and the end of the
connection. test_http_message.c has more of the second kind, byte by byte."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest
from runtime.tern_server import TernServer, read_to_end

BODY = b'{"text": "Alan Turing was born in London."}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
HOST = b"Host: localhost\r\n"
POST = b"POST /ner HTTP/1.1\r\n" + HOST


@pytest.fixture(scope="module")
def server(program, model_file) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file) as running:
        yield running


def exchange(server: TernServer, request: bytes) -> bytes:
    """All that comes back until the server ends the connection, which it must: the request asks for that, or is refused."""
    with server.connect() as connection:
        connection.sendall(request)
        return read_to_end(connection)


def split(answer: bytes) -> tuple[int, list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    assert first.startswith(b"HTTP/1.1 ")
    return int(first.split()[1]), [field.lower() for field in fields], body


def chunked(*lines: bytes) -> bytes:
    return POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + b"".join(lines)


WHOLE = b"%x\r\n%s\r\n" % (len(BODY), BODY)
ANSWERED = {
    "content-length": POST + LENGTH + b"Connection: close\r\n\r\n" + BODY,
    "any case of names": b"POST /ner HTTP/1.1\r\nhOST: x\r\ncONTENT-lENGTH: %d\r\ncONNECTION: CLOSE\r\n\r\n" % len(BODY)
    + BODY,
    "no blank before a value": b"POST /ner HTTP/1.1\r\nHost:x\r\nContent-Length:%d\r\nConnection:close\r\n\r\n"
    % len(BODY)
    + BODY,
    "tabs around a value": b"POST /ner HTTP/1.1\r\nHost:\tx\t\r\n" + LENGTH + b"Connection:\tclose\r\n\r\n" + BODY,
    "empty lines before": b"\r\n\r\n" + POST + LENGTH + b"Connection: close\r\n\r\n" + BODY,
    "HTTP/1.0": b"POST /ner HTTP/1.0\r\n" + LENGTH + b"\r\n" + BODY,
    "chunked": chunked(WHOLE, b"0\r\n\r\n"),
    "chunk by chunk": chunked(*(b"1\r\n%c\r\n" % byte for byte in BODY), b"0\r\n\r\n"),
    "chunk extension": chunked(b"%x;name=value\r\n%s\r\n" % (len(BODY), BODY), b"0\r\n\r\n"),
    "trailer": chunked(WHOLE, b"0\r\nExpires: never\r\n\r\n"),
    "upper case size": chunked(b"%X\r\n%s\r\n" % (len(BODY), BODY), b"0\r\n\r\n"),
    "zeros before a size": chunked(b"000%x\r\n%s\r\n" % (len(BODY), BODY), b"0\r\n\r\n"),
    "absolute form": b"POST http://localhost/ner HTTP/1.1\r\n" + HOST + LENGTH + b"Connection: close\r\n\r\n" + BODY,
    "absolute form, port and query": b"POST http://x:80/ner?a=b HTTP/1.1\r\n"
    + HOST
    + LENGTH
    + b"Connection: close\r\n\r\n"
    + BODY,
    "query": b"POST /ner?a=b&c HTTP/1.1\r\n" + HOST + LENGTH + b"Connection: close\r\n\r\n" + BODY,
    "upgrade that nobody takes up": POST + LENGTH + b"Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n" + BODY,
    "18 kB of cookies": POST + LENGTH + b"Cookie: " + b"x" * 18_000 + b"\r\nConnection: close\r\n\r\n" + BODY,
    "bytes above ASCII in a value": POST + LENGTH + b"X-Name: J\xc3\xbcrgen\r\nConnection: close\r\n\r\n" + BODY,
}
REFUSED = {
    "two lengths": (400, POST + b"Content-Length: 44\r\nContent-Length: 45\r\n\r\n" + BODY),
    "the same length twice": (400, POST + LENGTH + LENGTH + b"\r\n" + BODY),
    "length and chunks": (400, POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + BODY),
    "blank before the colon": (400, POST + b"Content-Length : 44\r\n\r\n" + BODY),
    "folded field": (400, POST + b"X: a\r\n b\r\n" + LENGTH + b"\r\n" + BODY),
    "NUL in the path": (400, b"POST /ner\0 HTTP/1.1\r\n" + HOST + LENGTH + b"\r\n" + BODY),
    "NUL in a field": (400, POST + b"X: a\0b\r\n" + LENGTH + b"\r\n" + BODY),
    "two hosts": (400, POST + HOST + LENGTH + b"\r\n" + BODY),
    "no host": (400, b"POST /ner HTTP/1.1\r\n" + LENGTH + b"\r\n" + BODY),
    "bare LF": (400, (POST + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY),
    "bare CR": (400, POST.replace(b"localhost", b"local\rhost") + LENGTH + b"\r\n" + BODY),
    "xchunked": (400, POST + b"Transfer-Encoding: xchunked\r\n\r\n" + WHOLE + b"0\r\n\r\n"),
    "gzip, chunked": (400, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + WHOLE + b"0\r\n\r\n"),
    "identity": (400, POST + b"Transfer-Encoding: identity\r\n\r\n" + BODY),
    "chunked in HTTP/1.0": (400, b"POST /ner HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + WHOLE + b"0\r\n\r\n"),
    "chunk of 2^64 - 1": (400, chunked(b"ffffffffffffffff\r\n")),
    "chunk size that is none": (400, chunked(b"0x2c\r\n" + BODY)),
    "chunk longer than it says": (400, chunked(b"1\r\n" + BODY + b"\r\n0\r\n\r\n")),
    "bare LF in chunks": (400, chunked(WHOLE.replace(b"\r\n", b"\n"))),
    "negative length": (400, POST + b"Content-Length: -1\r\n\r\n"),
    "length with a sign": (400, POST + b"Content-Length: +44\r\n\r\n" + BODY),
    "field without a name": (400, POST + b": x\r\n\r\n"),
    "field without a colon": (400, POST + b"nothing\r\n\r\n"),
    "two blanks": (400, b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n"),
    "no version": (400, b"GET /\r\n\r\n"),
    "fragment": (400, b"GET /#a HTTP/1.1\r\n" + HOST + b"\r\n"),
    "CONNECT": (400, b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "HTTP/2": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "HTTP/1.2": (505, b"GET / HTTP/1.2\r\n" + HOST + b"\r\n"),
    "other expectation": (417, POST + LENGTH + b"Expect: 200-ok\r\n\r\n" + BODY),
    "long address": (414, b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n"),
    "large field": (431, POST + b"X: " + b"x" * 40_000 + b"\r\n"),
    "unknown method": (405, b"BREW /ner HTTP/1.1\r\n" + HOST + LENGTH + b"\r\n" + BODY),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_valid_request_is_answered(server: TernServer, name: str) -> None:
    status, fields, body = split(exchange(server, ANSWERED[name]))
    assert status == 200, body
    assert [entity["text"] for entity in json.loads(body)["entities"]] == ["Alan Turing", "London"]
    assert b"content-length: %d" % len(body) in fields


@pytest.mark.parametrize("name", REFUSED)
def test_invalid_request_is_refused_once_in_json(server: TernServer, name: str) -> None:
    """Nothing behind it is taken for a request of its own."""
    expected, request = REFUSED[name]
    answer = exchange(server, request + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
    status, fields, body = split(answer)
    assert status == expected
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", answer)) == 1
    assert list(json.loads(body)) == ["error"]
    for field in (b"content-type: application/json", b"connection: close", b"content-length: %d" % len(body)):
        assert fields.count(field) == 1
    assert len([field for field in fields if field.startswith(b"date: ")]) == 1


def test_options_of_the_whole_server(server: TernServer) -> None:
    status, _, body = split(exchange(server, b"OPTIONS * HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"))
    assert (status, body) == (204, b"")


def test_head_has_no_body(server: TernServer) -> None:
    status, fields, body = split(exchange(server, b"HEAD / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"))
    assert (status, body) == (200, b"")
    assert [field for field in fields if field.startswith(b"content-length: ")] != [b"content-length: 0"]


def test_every_piece_may_come_alone(server: TernServer) -> None:
    with server.connect() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in ANSWERED["chunk extension"]:
            connection.sendall(bytes([byte]))
        assert split(read_to_end(connection))[0] == 200
