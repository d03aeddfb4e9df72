"""The page when something is wrong, or when it asks another origin: each kind of error is told apart."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from common import ROOT
from runtime.cargo_lambda import run_peer
from runtime.tern_server import TernServer
from web.page_tools import (
    SAMPLE_SPANS,
    answer_with,
    complaints_of,
    expect_problem,
    expect_well,
    playwright,
    run,
    set_endpoint,
    shown_spans,
    type_text,
    wait_for_result,
)

PAGE = ROOT / "web" / "index.html"


# ---- from another origin -------------------------------------------------------------------------------------------------


def test_another_origin_that_allows_it(page: playwright.Page, program, model_file, server: TernServer) -> None:
    with TernServer(program("tern"), model_file, "--cors", server.url) as other:
        set_endpoint(page, other.url + "/ner")
        run(page)
        wait_for_result(page)
        assert shown_spans(page) == SAMPLE_SPANS
        assert "on the server" in page.get_by_role("status").inner_text()
        page.goto("about:blank")  # gives up its connections


@pytest.mark.long
def test_function_url(page: playwright.Page, program, model_file, server: TernServer, tmp_path: Path) -> None:
    """Through Lambda's bootstrap, with the emulator's HTTP in front; the server's time is the function's."""
    with run_peer(program("bootstrap"), model_file, tmp_path, {"TERN_CORS_ORIGIN": server.url}) as peer:
        set_endpoint(page, peer.function_url + "/ner")
        run(page)
        wait_for_result(page)
        assert shown_spans(page) == SAMPLE_SPANS
        assert "on the server" in page.get_by_role("status").inner_text()
        page.goto("about:blank")


def test_another_origin_that_does_not(any_page: playwright.Page, program, model_file, server: TernServer) -> None:
    with TernServer(program("tern"), model_file) as other:
        set_endpoint(any_page, other.url + "/ner")
        run(any_page)
        expect_problem(any_page, "does not let this page read", other.url, f"tern serve --cors {server.url}")
        any_page.goto("about:blank")


def test_page_of_a_file(browser: playwright.Browser, program, model_file) -> None:
    page = browser.new_page()
    complaints = complaints_of(page)
    page.goto(PAGE.as_uri())
    assert page.get_by_label("Endpoint").input_value() == "http://127.0.0.1:8080/ner"
    with TernServer(program("tern"), model_file, "--cors", "*") as server:
        set_endpoint(page, server.url + "/ner")
        run(page)
        wait_for_result(page)
        assert shown_spans(page) == SAMPLE_SPANS
        page.context.close()
    assert complaints == []


# ---- what goes wrong -----------------------------------------------------------------------------------------------------


def test_no_text(any_page: playwright.Page) -> None:
    type_text(any_page, "")
    run(any_page)
    expect_problem(any_page, "There is no text")
    assert any_page.get_by_label("Text", exact=True).get_attribute("aria-invalid") == "true"
    type_text(any_page, "Angela Merkel visited Paris.")
    run(any_page)
    expect_well(any_page)


def test_bad_text_is_told_by_the_service(any_page: playwright.Page) -> None:
    any_page.get_by_label("Text", exact=True).evaluate(r"area => area.value = 'half a pair: \ud800'")
    run(any_page)
    expect_problem(any_page, "did not accept", "400", "surrogate")


def test_text_too_long(any_page: playwright.Page) -> None:
    any_page.get_by_label("Text", exact=True).evaluate("area => area.value = ('x'.repeat(79) + '\\n').repeat(12501)")
    run(any_page)
    expect_problem(any_page, "too long", "413", "1000080", "1000000")
    type_text(any_page, "Angela Merkel visited Paris.")
    run(any_page)
    expect_well(any_page)


@pytest.mark.parametrize(
    "endpoint, words",
    [
        ("./nothing", ["no such endpoint", "404", "/nothing", "there is nothing here"]),
        ("/", ["takes no POST", "405", "the method must be GET"]),
        ("localhost:8080/ner", ["address", "http://", "localhost:"]),
        ("ftp://example.org/ner", ["address", "https://"]),
        ("http://", ["not an address"]),
        ("http://me:secret@localhost/ner", ["user name"]),
    ],
)
def test_wrong_endpoint(any_page: playwright.Page, endpoint: str, words: list[str]) -> None:
    set_endpoint(any_page, endpoint)
    run(any_page)
    expect_problem(any_page, *words)
    assert any_page.get_by_label("Endpoint").get_attribute("aria-invalid") == "true"
    set_endpoint(any_page, "./ner")
    run(any_page)
    expect_well(any_page)


def test_nothing_listens(any_page: playwright.Page) -> None:
    with socket.socket() as reserved:  # bound and not listening: refuses, and nobody else takes the port
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/ner"
        set_endpoint(any_page, url)
        run(any_page)
        expect_problem(any_page, "cannot be reached", url)


@pytest.mark.parametrize(
    "status, body, words",
    [
        (401, '{"message": "No API key found in request"}', ["wants a key", "No API key found in request"]),
        (403, '{"Message": "Forbidden"}', ["refuses"]),
        (413, "<html>413 Request Entity Too Large</html>", ["too long"]),
        (415, '{"error": "the body must be JSON"}', ["does not take JSON", "the body must be JSON"]),
        (418, "", ["refused the request", "418"]),
        (429, '{"message": "API rate limit exceeded"}', ["Too many requests", "API rate limit exceeded"]),
        (500, '{"message": "Internal Server Error"}', ["failed", "500", "Internal Server Error"]),
        (502, "<html>Bad Gateway</html>", ["failed", "502", "again"]),
        (503, '{"error": "too many large requests at once"}', ["503", "too many large requests at once"]),
        (504, '{"message": "Endpoint request timed out"}', ["too long", "504", "Endpoint request timed out"]),
    ],
)
def test_status_is_explained(any_page: playwright.Page, status: int, body: str, words: list[str]) -> None:
    answer_with(any_page, status, body)
    run(any_page)
    expect_problem(any_page, str(status), *words)
    assert "<html>" not in any_page.get_by_role("alert").inner_text()


@pytest.mark.parametrize(
    "body, content_type, words",
    [
        ("<!DOCTYPE html><title>Welcome</title>", "text/html", ["not JSON", "text/html"]),
        ('{"entities": [', "application/json", ["not JSON"]),
        ("", "text/plain", ["not JSON"]),
        ("null", "application/json", ["no entities"]),
        ('{"entities": 1}', "application/json", ["no entities"]),
        ('{"status": "ok"}', "application/json", ["no entities"]),
    ],
)
def test_answer_of_something_else(any_page: playwright.Page, body: str, content_type: str, words: list[str]) -> None:
    answer_with(any_page, 200, body, content_type)
    run(any_page)
    expect_problem(any_page, *words)


@pytest.mark.parametrize(
    "entities",
    [
        "null",
        '{"label": "X", "start": 3, "end": 3}',
        '{"label": "X", "start": -1, "end": 3}',
        '{"label": "X", "start": 0.5, "end": 3}',
        '{"label": 1, "start": 0, "end": 3}',
        '{"label": "X", "start": 50, "end": 59}',
        '{"label": "X", "start": 0, "end": 9007199254740991}',
        '{"label": "X", "start": 0, "end": 4}, {"label": "Y", "start": 3, "end": 5}',
        '{"text": "Turin", "label": "X", "start": 0, "end": 5}',
    ],
)
def test_entities_that_do_not_fit(any_page: playwright.Page, entities: str) -> None:
    answer_with(any_page, 200, f'{{"entities": [{entities}]}}')
    run(any_page)
    expect_problem(any_page, "cannot be shown")


class Peer(BaseHTTPRequestHandler):
    """A service that breaks off in the middle of its answer, or never gives one."""

    release: threading.Event

    def allow(self, status: int, length: int) -> None:
        self.send_response(status)
        for name, value in (("Origin", "*"), ("Headers", "*"), ("Methods", "*")):
            self.send_header(f"Access-Control-Allow-{name}", value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_OPTIONS(self) -> None:
        self.allow(204, 0)

    def do_POST(self) -> None:
        if self.path == "/breaks":
            self.allow(200, 1000)
            self.wfile.write(b'{"entities": [')
        else:
            self.release.wait(30)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def peer() -> Iterator[str]:
    release = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("ThisPeer", (Peer,), {"release": release})) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        release.set()
        server.shutdown()
        thread.join()


def test_answer_that_breaks_off(any_page: playwright.Page, peer: str) -> None:
    set_endpoint(any_page, peer + "/breaks")
    run(any_page)
    expect_problem(any_page, "broke off")


def test_long_wait_can_be_cancelled(any_page: playwright.Page, peer: str) -> None:
    set_endpoint(any_page, peer + "/hangs")
    run(any_page)
    playwright.expect(any_page.get_by_role("status")).to_contain_text("Waiting")
    any_page.get_by_role("button", name="Cancel").click()
    playwright.expect(any_page.get_by_role("status")).to_have_text("Cancelled.")
    playwright.expect(any_page.get_by_role("alert")).to_be_empty()
    set_endpoint(any_page, "./ner")
    run(any_page)
    expect_well(any_page)
    playwright.expect(any_page.get_by_role("button", name="Cancel")).to_be_hidden()
