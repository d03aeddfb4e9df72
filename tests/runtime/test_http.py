"""POST /ner, GET /healthz, GET / of `tern serve`: the contract, bad requests, bad clients, many clients, the end."""

from __future__ import annotations

import gzip
import json
import re
import signal
import socket
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED, ROOT
from runtime.tern_server import PATIENCE, Answer, TernServer, has_answer, ner_body, raw_request, read_answer

SAMPLE = b'{"text": "Alan Turing was born on June 23, 1912, in London, England."}'
SAMPLE_ANSWER = (
    b'{"entities": [{"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11}, '
    b'{"text": "June 23, 1912", "label": "DATE", "start": 24, "end": 37}, '
    b'{"text": "London", "label": "GPE", "start": 42, "end": 48}, '
    b'{"text": "England", "label": "GPE", "start": 50, "end": 57}]}'
)
MAX_BODY = 6 * 1024 * 1024
MAX_TEXT = 1_000_000
# Enough work for the order of answers to be clear.
LONG_TEXT = "Alan Turing was born in London, and Angela Merkel paid $5 million to Apple on Monday. " * (
    400 if REDUCED else 2500
)

Start = Callable[..., TernServer]


@pytest.fixture(scope="session")
def start(program, model_file) -> Start:
    """start("--threads", "2"): a new server."""
    return lambda *options: TernServer(program("tern"), model_file, *options)


@pytest.fixture(scope="module")
def server(start: Start) -> Iterator[TernServer]:
    with start() as running:
        yield running


def assert_error(answer: Answer, status: int, *words: str) -> None:
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json) == ["error"]
    for word in words:
        assert word in answer.json["error"]


def spacy_entities(nlp, text: str) -> list[dict[str, object]]:
    return [{"text": e.text, "label": e.label_, "start": e.start_char, "end": e.end_char} for e in nlp(text).ents]


# ---- the contract -------------------------------------------------------------------------------------------------------


def test_sample_of_the_specification(server: TernServer) -> None:
    answer = server.ner(SAMPLE)
    assert (answer.status, answer.body) == (200, SAMPLE_ANSWER)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_health(server: TernServer, model_file: Path) -> None:
    answer = server.request("GET", "/healthz")
    name = model_file.stem
    assert (answer.status, answer.json) == (
        200,
        {"status": "ok", "model": name, "models": [name], "ner": [name], "redact": [name]},
    )


def test_page_is_the_file_of_the_repository(server: TernServer) -> None:
    answer = server.request("GET", "/")
    assert answer.status == 200
    assert answer.body == (ROOT / "web" / "index.html").read_bytes()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["/", "/healthz", "/?query=1"])
def test_head_is_get_without_body(server: TernServer, path: str) -> None:
    head, get = server.request("HEAD", path), server.request("GET", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("path", ["/ner/", "//ner", "/ner/?query=1", "/ner/{model}/"])
def test_slashes_too_many_do_not_count(server: TernServer, model_file: Path, path: str) -> None:
    path = path.replace("{model}", model_file.stem)
    assert server.request("POST", path, SAMPLE).body == SAMPLE_ANSWER
    assert server.request("OPTIONS", path).status == 204
    assert server.request("GET", path).headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/healthz/", "//healthz", "/healthz/?x"])
def test_slashes_too_many_of_the_health(server: TernServer, path: str) -> None:
    assert server.request("GET", path).json == server.request("GET", "/healthz").json


@pytest.mark.parametrize(
    "path", ["/nothing", "/NER", "/index.html", "/../etc/passwd", "/sentiment/../ner", "/healthz%00x/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_unknown_path_is_404(server: TernServer, path: str, method: str) -> None:
    assert_error(server.request(method, path, b"{}"), 404, "POST /ner")


@pytest.mark.parametrize(
    "method, path, allowed",
    [(method, "/ner", "POST, OPTIONS") for method in ("GET", "PUT", "DELETE", "PATCH", "BREW")]
    + [(method, path, "GET, HEAD, OPTIONS") for method in ("POST", "PUT", "DELETE") for path in ("/", "/healthz")],
)
def test_wrong_method_is_405_with_allow(server: TernServer, method: str, path: str, allowed: str) -> None:
    answer = server.request(method, path, b"{}")
    assert_error(answer, 405, "method")
    assert answer.headers["Allow"] == allowed


def test_head_of_ner_is_405(server: TernServer) -> None:
    answer = server.request("HEAD", "/ner")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("path, allowed", [("/ner", "POST, OPTIONS"), ("/", "GET, HEAD, OPTIONS")])
def test_options(server: TernServer, path: str, allowed: str) -> None:
    answer = server.request("OPTIONS", path)
    assert (answer.status, answer.body, answer.headers["Allow"]) == (204, b"", allowed)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json", ""]
)
def test_other_content_type_is_415(server: TernServer, content_type: str) -> None:
    assert_error(server.ner(SAMPLE, content_type), 415, "application/json")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;v=1"]
)
def test_json_content_type_in_any_spelling(server: TernServer, content_type: str) -> None:
    assert server.ner(SAMPLE, content_type).body == SAMPLE_ANSWER


def test_content_type_may_be_missing(server: TernServer) -> None:
    assert server.request("POST", "/ner", SAMPLE).body == SAMPLE_ANSWER


def send_compressed(server: TernServer, body: bytes, coding: str = "gzip") -> Answer:
    return server.request("POST", "/ner", body, {"Content-Type": "application/json", "Content-Encoding": coding})


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_decompressed(server: TernServer, coding: str) -> None:
    assert send_compressed(server, gzip.compress(SAMPLE), coding).body == SAMPLE_ANSWER
    assert (
        send_compressed(server, gzip.compress(SAMPLE[:20]) + gzip.compress(SAMPLE[20:]), coding).body == SAMPLE_ANSWER
    )


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_other_codings_are_415(server: TernServer, coding: str) -> None:
    answer = send_compressed(server, zlib.compress(SAMPLE), coding)
    assert_error(answer, 415, "Content-Encoding may be gzip")
    assert answer.headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", "no body"),
        (SAMPLE, "but the body is not"),
        (gzip.compress(SAMPLE, mtime=0)[:-3], "ends too early"),
        (gzip.compress(SAMPLE, mtime=0)[:-5] + bytes(5), "is damaged"),
        (gzip.compress(SAMPLE, mtime=0) + b"x", "does not end with it"),
        (gzip.compress(b"", mtime=0), "no body"),
        (gzip.compress(b"{", mtime=0), "invalid JSON at byte 1"),
    ],
)
def test_spoilt_gzip_is_400(server: TernServer, body: bytes, words: str) -> None:
    assert_error(send_compressed(server, body), 400, words)


def test_gzip_counts_as_what_it_becomes(server: TernServer) -> None:
    assert send_compressed(server, gzip.compress(SAMPLE.ljust(MAX_BODY))).body == SAMPLE_ANSWER
    assert_error(
        send_compressed(server, gzip.compress(SAMPLE.ljust(MAX_BODY + 1))), 413, "6291456 bytes when it is decompressed"
    )
    bomb = gzip.compress(bytes(500_000_000), 9)
    assert len(bomb) < 1_000_000
    assert_error(send_compressed(server, bomb), 413, "when it is decompressed")
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


@pytest.mark.skipif(REDUCED, reason="sanitizers take memory of their own")
def test_a_bomb_takes_no_more_memory_than_its_limit(start: Start) -> None:
    with start("--threads", "1") as server:
        send_compressed(server, gzip.compress(bytes(500_000_000), 9))
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text())
        assert int(peak) < 100_000


# ---- bodies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", ["no body"]),
        (b"  \n", ["JSON"]),
        (b"{", ["JSON"]),
        (b"Alan Turing", ["JSON"]),
        (b"{'text': 'a'}", ["JSON"]),
        (b'{"text": "a"} x', ["JSON"]),
        (b'{"text": "a"}{"text": "b"}', ["JSON"]),
        (b'{"text": "a",}', ["JSON"]),
        (b'{"text": "a\nb"}', ["JSON"]),
        (b'{"text": "a"}\x00', ["JSON"]),
        (b'\xef\xbb\xbf{"text": "a"}', ["JSON"]),
        (b"[]", ["object", "array"]),
        (b'["text"]', ["object", "array"]),
        (b'"text"', ["object", "string"]),
        (b"null", ["object", "null"]),
        (b"12", ["object", "number"]),
        (b"{}", ["text", "missing"]),
        (b'{"Text": "a"}', ["did you mean", '"text"']),
        (b'{"TEXT": "a", "tex": "b", "text ": "c"}', ["did you mean", '"text"']),
        (b'{"text\\u0000": "a"}', ["did you mean", '"text"']),
        (b'{"text": null}', ["text", "string", "null"]),
        (b'{"text": 12}', ["text", "string", "number"]),
        (b'{"text": true}', ["text", "string"]),
        (b'{"text": ["a"]}', ["text", "string", "array"]),
        (b'{"text": {"text": "a"}}', ["text", "string", "object"]),
        (b'{"text": ""}', ["text", "empty"]),
        (b'{"text": "a\xff"}', ["UTF-8"]),
        (b'{"text": "\xc0\xaf"}', ["UTF-8"]),
        (b'{"text": "\xed\xa0\x80"}', ["UTF-8"]),
        (b'{"text": "\xf4\x90\x80\x80"}', ["UTF-8"]),
        (b'{"text": "a\\ud800"}', ["surrogate"]),
        (b'{"text": "\\udc00a"}', ["surrogate"]),
        (b'{"text": "\\ud83d\\ud83d"}', ["surrogate"]),
        (b'{"text": "a", "text": 1}', ["text", "string", "number"]),
        (b"[" * 100_000, ["deep"]),
        (b"[" * 100_000 + b"]" * 100_000, ["deep"]),
        (b'{"text":' * 100_000, ["deep"]),
    ],
)
def test_bad_body_is_400_and_says_why(server: TernServer, body: bytes, words: list[str]) -> None:
    assert_error(server.ner(body), 400, *words)
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


def test_last_of_two_equal_keys_counts(server: TernServer) -> None:
    assert server.ner(b'{"text": 1, "other": [[], {}], ' + SAMPLE[1:]).body == SAMPLE_ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Alan Turing\0 was born\0 in London.",
        "\0",
        "\U0001f469\u200d\U0001f680 Angela Merkel flew to \U0001f1eb\U0001f1f7 Paris on Monday.",
        "Apple paid $5 million\r\n\tto\u2028Zo\u00eb M\u00fcller in S\u00e3o Paulo.",
        'A "quoted" Barack Obama \\ back\u0085slash in Berlin\u007f',
        "   ",
    ],
)
def test_any_text_is_answered_as_spacy_does(server: TernServer, nlp_full, text: str) -> None:
    answer = server.ner(ner_body(text))
    assert answer.status == 200
    assert answer.json["entities"] == spacy_entities(nlp_full, text)


def test_text_at_the_limit_and_above(server: TernServer) -> None:
    assert server.ner(ner_body("\u00e4" * MAX_TEXT)).status == 200
    assert_error(server.ner(ner_body("\u00e4" * (MAX_TEXT + 1))), 413, "1000001", "1000000")


def test_body_at_the_limit_and_above(server: TernServer) -> None:
    assert server.ner(SAMPLE.ljust(MAX_BODY)).body == SAMPLE_ANSWER
    assert_error(server.ner(SAMPLE.ljust(MAX_BODY + 1)), 413, "6291456")
    assert_error(server.ner(SAMPLE.ljust(2 * MAX_BODY)), 413, "6291456")


def test_huge_announced_body_is_refused_before_it_comes(server: TernServer) -> None:
    with server.connect() as connection:
        connection.sendall(raw_request(b"").replace(b"Content-Length: 0", b"Content-Length: 99999999999"))
        answer = read_answer(connection)
        assert_error(answer, 413, "6291456")
        assert answer.headers["Connection"] == "close"
        assert connection.recv(1) == b""


def test_expect_100_continue(server: TernServer) -> None:
    with server.connect() as connection:
        request = raw_request(SAMPLE, "POST", "/ner", "Expect: 100-continue")
        connection.sendall(request[: -len(SAMPLE)])
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(SAMPLE)
        assert read_answer(connection).body == SAMPLE_ANSWER


@pytest.mark.parametrize("path, status, length", [("/ner", 413, MAX_BODY + 1), ("/nothing", 404, 10), ("/", 405, 10)])
def test_expect_100_continue_can_be_refused(server: TernServer, path: str, status: int, length: int) -> None:
    with server.connect() as connection:
        connection.sendall(raw_request(bytes(length), "POST", path, "Expect: 100-continue")[:-length])
        assert_error(read_answer(connection), status)


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def test_chunked_body(server: TernServer) -> None:
    headers = {"Content-Type": "application/json"}
    assert server.request("POST", "/ner", chunks(SAMPLE, 7), headers).body == SAMPLE_ANSWER
    assert_error(server.request("POST", "/ner", chunks(SAMPLE.ljust(MAX_BODY + 1), 65536), headers), 413, "6291456")


def test_endless_chunked_body_is_cut(server: TernServer) -> None:
    with server.connect() as connection:
        connection.sendall(raw_request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"))
        with pytest.raises(OSError):
            for _ in range(2000):
                connection.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


@pytest.mark.parametrize("field", ["X-Large: " + "x" * 40_000, "\r\n".join(f"X-{i}: {i}" for i in range(5000))])
def test_large_header_is_refused(server: TernServer, field: str) -> None:
    with server.connect() as connection:
        connection.sendall(raw_request(SAMPLE, "POST", "/ner", field))
        assert read_answer(connection).status == 431
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


def test_long_address_is_refused(server: TernServer) -> None:
    with server.connect() as connection:
        connection.sendall(raw_request(b"", "GET", "/" + "x" * 40_000))
        assert read_answer(connection).status == 414
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


@pytest.mark.parametrize(
    "junk",
    [
        bytes(range(256)) * 4,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET\r\n\r\n",
        b"POST /ner HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /ner HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /ner HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /ner HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ],
)
def test_junk_hurts_only_its_sender(server: TernServer, junk: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(junk)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while block := connection.recv(65536):
                answer += block
        except ConnectionResetError:
            pass
        assert not answer.startswith(b"HTTP/1.1 2")
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


# ---- connections --------------------------------------------------------------------------------------------------------


def test_connection_is_kept_through_good_and_bad_requests(server: TernServer) -> None:
    connection = server.http()
    connection.connect()
    port = connection.sock.getsockname()
    for method, path, body, status in [
        ("POST", "/ner", SAMPLE, 200),
        ("POST", "/ner", b"{", 400),
        ("GET", "/nothing", None, 404),
        ("POST", "/healthz", b"x" * 100_000, 405),
        ("POST", "/ner", SAMPLE.ljust(MAX_BODY + 1), 413),
        ("GET", "/", None, 200),
        ("POST", "/ner", SAMPLE, 200),
    ]:
        connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.status == status
        response.read()
        assert connection.sock.getsockname() == port
    connection.close()


def test_pipelined_requests_are_answered_in_order(server: TernServer) -> None:
    texts = [f"Alan Turing met {i} people in London." for i in range(1, 21)]
    expected = [server.ner(ner_body(text)).body for text in texts]
    assert len(set(expected)) == len(texts)
    with server.connect() as connection:
        last = raw_request(b"", "GET", "/healthz", "Connection: close")
        connection.sendall(b"".join(raw_request(ner_body(text)) for text in texts) + last)
        received = b""
        while block := connection.recv(65536):
            received += block
    bodies = [part.split(b"\r\n\r\n", 1)[1] for part in received.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert bodies[:-1] == expected and json.loads(bodies[-1])["status"] == "ok"


def test_client_that_leaves_before_its_answer(server: TernServer) -> None:
    for _ in range(5):
        with server.connect() as connection:
            connection.sendall(raw_request(ner_body(LONG_TEXT[:50_000])))
    assert server.ner(SAMPLE).body == SAMPLE_ANSWER


def test_64_parallel_connections_lose_and_mix_up_nothing(server: TernServer, nlp_full) -> None:
    names = [
        "Angela Merkel",
        "Barack Obama",
        "Zo\u00eb M\u00fcller",
        "Alan Turing",
        "Apple",
        "the United Nations",
        "\U0001f600 Bob",
    ]
    places = ["London", "S\u00e3o Paulo", "Tokyo", "Lake Geneva", "Berlin"]
    texts = [
        f"{names[i % 7]} paid ${i} million in {places[i % 5]} on Monday. " * (1 + i % 3)
        for i in range(64 * (2 if REDUCED else 8))
    ]
    expected = [server.ner(ner_body(text)) for text in texts]
    everyone_connected = threading.Barrier(64)

    def client(number: int) -> list[bytes]:
        connection = server.http()
        connection.connect()
        everyone_connected.wait(PATIENCE)
        answers = []
        for text in texts[number::64]:
            connection.request("POST", "/ner", ner_body(text), {"Content-Type": "application/json"})
            response = connection.getresponse()
            assert response.status == 200
            answers.append(response.read())
        connection.close()
        return answers

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(client, range(64)))
    for number in range(64):
        assert answers[number] == [answer.body for answer in expected[number::64]]
    for text, answer in list(zip(texts, expected))[:70]:
        assert answer.json["entities"] == spacy_entities(nlp_full, text)


def test_64_parallel_large_bodies(server: TernServer) -> None:
    body = SAMPLE.ljust(MAX_BODY // 4)
    with ThreadPoolExecutor(64) as pool:
        assert {answer.body for answer in pool.map(lambda _: server.ner(body), range(64))} == {SAMPLE_ANSWER}


def test_long_texts_do_not_hold_up_short_ones(start: Start) -> None:
    with start("--threads", "2") as server:
        long_ones = [server.connect() for _ in range(3)]
        for connection in long_ones:
            connection.sendall(raw_request(ner_body(LONG_TEXT)))
        assert server.request("GET", "/healthz").status == 200
        assert server.ner(SAMPLE).body == SAMPLE_ANSWER
        assert not all(has_answer(connection) for connection in long_ones)
        answers = {read_answer(connection).body for connection in long_ones}
        assert len(answers) == 1 and len(json.loads(answers.pop())["entities"]) > len(LONG_TEXT) // 100
        for connection in long_ones:
            connection.close()


def test_one_thread_serves_many(start: Start) -> None:
    with start("--threads", "1") as server, ThreadPoolExecutor(16) as pool:
        assert {answer.body for answer in pool.map(server.ner, [SAMPLE] * 64)} == {SAMPLE_ANSWER}


def test_slow_clients_are_cut_and_delay_nobody(start: Start) -> None:
    request = raw_request(SAMPLE.ljust(2000))
    split = request.index(b"\r\n\r\n") + 10
    with start("--timeout", "2") as server:
        slow = {name: server.connect() for name in ("silent", "header", "body", "idle")}
        slow["body"].sendall(request[:split])
        slow["idle"].sendall(raw_request(SAMPLE))
        assert slow["idle"].recv(15) == b"HTTP/1.1 200 OK"
        open_ones, position = set(slow), 0
        deadline = time.monotonic() + PATIENCE
        while open_ones and time.monotonic() < deadline:
            assert server.ner(SAMPLE).body == SAMPLE_ANSWER
            time.sleep(0.1)
            for name, offset in (("header", 0), ("body", split)):
                try:
                    slow[name].send(request[offset + position : offset + position + 1])
                except OSError:
                    open_ones.discard(name)
            position += 1
            open_ones -= {name for name in ("silent", "idle") if has_answer(slow[name]) and at_end(slow[name])}
        assert not open_ones
        assert position < split, "the slow clients were not cut but finished"
        for connection in slow.values():
            connection.close()


def at_end(connection: socket.socket) -> bool:
    """Reads what is there; whether the server has closed."""
    try:
        return connection.recv(65536) == b""
    except ConnectionResetError:
        return True


def test_client_that_stops_in_the_middle_is_noticed(start: Start) -> None:
    request = raw_request(SAMPLE)
    with start("--timeout", "3600") as server:
        for length in range(1, len(request), 7):
            with server.connect() as connection:
                connection.sendall(request[:length])
                connection.shutdown(socket.SHUT_WR)
                assert at_end(connection)


def test_crowd_of_slow_clients_does_not_shut_others_out(start: Start) -> None:
    with start() as server:
        crowd = [server.connect() for _ in range(300)]
        for connection in crowd:
            connection.sendall(b"POST /ner HTT")
        assert server.ner(SAMPLE).body == SAMPLE_ANSWER
        for connection in crowd:
            connection.close()


# ---- start and end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_an_idle_server(start: Start, number: int) -> None:
    with start() as server:
        idle = server.connect()
        kept = server.http()
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        assert server.stop(number) == 0
        assert server.errors() == ""
        idle.close()
        kept.close()


def wait_until_refused(server: TernServer) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            server.connect().close()
        except (ConnectionRefusedError, ConnectionResetError):
            return
        time.sleep(0.01)  # or the server finds yet another in its queue each time it looks
    pytest.fail("the server still accepts connections")


def test_sigterm_finishes_what_runs(start: Start) -> None:
    with start("--threads", "2") as server:
        running = [server.connect() for _ in range(4)]
        for connection in running:
            connection.sendall(raw_request(ner_body(LONG_TEXT)))
        assert server.ner(SAMPLE).status == 200  # so the others, sent earlier, are in the queue at least
        assert not all(has_answer(connection) for connection in running)
        server.send_signal()
        began = time.monotonic()
        wait_until_refused(server)
        answers = [read_answer(connection) for connection in running]
        if time.monotonic() - began < 5:  # a machine so slow that they took longer: the rest got 503
            assert [answer.status for answer in answers] == [200] * 4
            assert len({answer.body for answer in answers}) == 1
        assert answers[-1].headers["Connection"] == "close"
        assert server.wait() == 0
        for connection in running:
            connection.close()


def test_second_signal_ends_at_once(start: Start) -> None:
    """With work for much longer than the first would wait."""
    work = raw_request(ner_body("'" * (100_000 if REDUCED else 1_000_000)))  # each quote is a token
    with start("--threads", "1") as server:
        running = [server.connect() for _ in range(10)]
        for connection in running:
            connection.sendall(work)
        assert server.request("GET", "/healthz").status == 200
        server.send_signal()
        wait_until_refused(server)
        server.send_signal()
        assert server.wait() == 128 + signal.SIGTERM
        for connection in running:
            connection.close()


def serve_fails(program, *options: str) -> str:
    result = subprocess.run([str(program("tern")), "serve", *options], capture_output=True, timeout=PATIENCE)
    assert result.returncode == 1 and result.stdout == b""
    message = result.stderr.decode()
    assert message.startswith("tern: ") and message.count("\n") == 1
    return message


def test_port_in_use(program, model_file: Path, server: TernServer) -> None:
    message = serve_fails(program, "-m", str(model_file), "--port", str(server.address[1]))
    assert str(server.address[1]) in message and "in use" in message


def test_host_that_is_not_here(program, model_file: Path) -> None:
    assert "no-such-host.invalid" in serve_fails(program, "-m", str(model_file), "--host", "no-such-host.invalid")
    assert "192.0.2.1" in serve_fails(program, "-m", str(model_file), "--host", "192.0.2.1")


def test_no_model(program, tmp_path: Path) -> None:
    assert str(tmp_path / "none.tern") in serve_fails(program, "-m", str(tmp_path / "none.tern"))
