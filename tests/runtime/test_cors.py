"""`tern serve --cors`: what the Fetch Standard asks of a server whose answers pages of another origin may read; and the
Server-Timing header (W3C Server Timing), which such pages may read too."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from runtime.tern_server import TernServer, ner_body

ORIGIN = "http://localhost:8081"
SAMPLE = ner_body("Alan Turing was born in London.")
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.fixture(scope="module")
def server(program, model_file) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file, "--cors", ORIGIN) as running:
        yield running


@pytest.fixture(scope="module")
def closed(program, model_file) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file) as running:
        yield running


def words(value: str) -> set[str]:
    return {word.strip().lower() for word in value.split(",")}


def test_preflight_allows_json_by_post(server: TernServer) -> None:
    answer = server.request("OPTIONS", "/ner", headers=PREFLIGHT)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "post" in words(answer.headers["Access-Control-Allow-Methods"])
    assert {"content-type", "content-encoding"} <= words(answer.headers["Access-Control-Allow-Headers"])
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    "method, path, body, content_type, status",
    [
        ("POST", "/ner", SAMPLE, "application/json", 200),
        ("POST", "/ner", b"{", "application/json", 400),
        ("POST", "/ner", SAMPLE, "text/plain", 415),
        ("POST", "/nothing", SAMPLE, "application/json", 404),
        ("PUT", "/ner", SAMPLE, "application/json", 405),
        ("GET", "/healthz", None, "application/json", 200),
    ],
)
def test_every_answer_may_be_read(
    server: TernServer, method: str, path: str, body: bytes, content_type: str, status: int
) -> None:
    answer = server.request(method, path, body, {"Origin": ORIGIN, "Content-Type": content_type})
    assert answer.status == status
    assert answer.headers.get_all("Access-Control-Allow-Origin") == [ORIGIN]
    assert "server-timing" in words(answer.headers["Access-Control-Expose-Headers"])
    assert answer.headers["Access-Control-Allow-Credentials"] is None
    assert answer.headers["Access-Control-Allow-Methods"] is None


@pytest.mark.parametrize("method, path", [("OPTIONS", "/ner"), ("POST", "/ner"), ("GET", "/"), ("POST", "/nothing")])
def test_nothing_is_allowed_unless_asked_for(closed: TernServer, method: str, path: str) -> None:
    answer = closed.request(method, path, SAMPLE, PREFLIGHT)
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "origin", ["*", "https://example.org", "http://127.0.0.1:1", "http://[::1]:8081", "https://a-b.example.org:65535"]
)
def test_origins_are_taken_as_they_are(program, model_file, origin: str) -> None:
    with TernServer(program("tern"), model_file, "--threads", "1", "--cors", origin) as server:
        answer = server.request("POST", "/ner", SAMPLE, {"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_one_of_several_origins(program, model_file) -> None:
    with TernServer(program("tern"), model_file, "--threads", "1", "--cors", f"https://example.org,{ORIGIN}") as server:
        for origin in ("https://example.org", ORIGIN):
            answer = server.request("OPTIONS", "/ner/", headers={**PREFLIGHT, "Origin": origin})
            assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]) == (origin, "Origin")
        for headers in ({}, {"Origin": "https://example.com"}):
            answer = server.request("POST", "/ner", SAMPLE, headers)
            assert answer.status == 200
            assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]) == (None, "Origin")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "example.org",
        "https://",
        "https://example.org/",
        "https://example.org/page",
        "https://example.org:",
        "https://example.org:80a",
        "HTTPS://example.org",
        "https://EXAMPLE.org",
        "https://a b",
        "https://a\r\nX: y",
        "http://[::1",
        "http://[]x",
        "* ",
        "a, b",
        "://x",
    ],
)
def test_what_is_no_origin_is_refused(run, origin: str) -> None:
    result = run("tern", "serve", "--port", "0", "--cors", origin)
    assert result.returncode == 2
    assert b"--cors" in result.stderr and b"https://example.org" in result.stderr
    assert result.stdout == b""


@pytest.mark.parametrize("body, status", [(SAMPLE, 200), (b"{", 400)])
def test_server_timing_is_the_time_of_the_work(server: TernServer, body: bytes, status: int) -> None:
    start = time.monotonic()
    answer = server.ner(body)
    elapsed = (time.monotonic() - start) * 1000
    assert answer.status == status
    found = re.fullmatch(r"ner;dur=(\d+\.\d+)", answer.headers["Server-Timing"])
    assert found and 0 < float(found[1]) < elapsed


@pytest.mark.parametrize(
    "method, path, content_type", [("GET", "/healthz", ""), ("POST", "/ner", "text/plain"), ("GET", "/ner", "")]
)
def test_no_timing_without_work(server: TernServer, method: str, path: str, content_type: str) -> None:
    assert server.request(method, path, b"", {"Content-Type": content_type}).headers["Server-Timing"] is None
