"""web/nginx.conf in Debian's nginx, as a user without privileges: headers, what is served and what is not, and the page at
work through it, with an endpoint of another origin and with the one that deploy/container puts on its own."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from common import ROOT, find_tool
from runtime.tern_server import PATIENCE, Answer, TernServer, ner_body
from web.page_tools import SAMPLE_SPANS, complaints_of, run, set_endpoint, shown_spans, wait_for_result

if TYPE_CHECKING:
    import playwright.sync_api

WEB = ROOT / "web"
PROXY = ROOT / "deploy" / "container" / "page-ner.conf"
NGINX = find_tool("nginx")
NOBODY = 65534

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"the configuration no longer has {old!r}"
        text = text.replace(old, new)
    return text


class Nginx:
    """nginx with the image's configuration; only port, folders and the upstream's address are others."""

    def __init__(self, folder: Path, upstream: str | None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        for name in ("html", "tmp", "tern.d"):
            (folder / name).mkdir()
        shutil.copy(WEB / "index.html", folder / "html")
        shutil.copy(NGINX, folder / "nginx")  # where another user may run it
        changes = {
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            " /tmp/": f" {folder}/tmp/",
            "/usr/share/nginx/html": f"{folder}/html",
            "/etc/nginx/tern.d": f"{folder}/tern.d",
        }
        (folder / "nginx.conf").write_text(replaced((WEB / "nginx.conf").read_text(), changes))
        if upstream is not None:
            proxy = replaced(PROXY.read_text(), {"http://tern:8080": upstream})
            (folder / "tern.d" / "ner.conf").write_text(proxy)
        self.log = folder / "log"
        self.log.touch()
        options: dict[str, int] = {}
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            options = {"user": NOBODY, "group": NOBODY}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    folder / "nginx",
                    "-e",
                    "stderr",
                    "-p",
                    str(folder),
                    "-c",
                    str(folder / "nginx.conf"),
                    "-g",
                    "daemon off;",
                ],
                stdout=log,
                stderr=log,
                extra_groups=[] if options else None,
                **options,
            )

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError("nginx does not listen: " + self.log.read_text())

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0, self.log.read_text()


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[..., Nginx]]:
    started = []
    # Not pytest's own folders: another user must be able to enter these.
    folders = []

    def start(upstream: str | None = None) -> Nginx:
        folders.append(Path(tempfile.mkdtemp(prefix="tern-nginx-")))
        folders[-1].chmod(0o755)
        started.append(Nginx(folders[-1], upstream))
        started[-1].wait()
        return started[-1]

    yield start
    try:
        for nginx in started:
            nginx.stop()
    finally:
        for folder in folders:
            shutil.rmtree(folder)


@pytest.fixture(scope="module")
def nginx(start: Callable[..., Nginx]) -> Nginx:
    return start()


def policy(header: str) -> dict[str, str]:
    return {directive.partition(" ")[0]: directive.partition(" ")[2] for directive in header.split("; ")}


def test_runs_without_privileges(nginx: Nginx) -> None:
    status = Path(f"/proc/{nginx.process.pid}/status").read_text()
    assert re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)[1] != "0"
    assert "warn" not in nginx.log.read_text()


def test_page_is_the_file(nginx: Nginx) -> None:
    answer = nginx.request("GET", "/")
    assert answer.status == 200
    assert answer.body == (WEB / "index.html").read_bytes()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    packed = nginx.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == answer.body
    assert nginx.request("GET", "/", headers={"If-None-Match": answer.headers["ETag"]}).status == 304


def test_headers_of_the_page(nginx: Nginx, server: TernServer) -> None:
    headers = nginx.request("GET", "/").headers
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-cache"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Server", "nginx"),  # without its version
    ):
        assert headers.get_all(name) == [value]
    assert "camera=()" in headers["Permissions-Policy"]
    sent = policy(headers["Content-Security-Policy"])
    assert sent["default-src"] == "'none'" and sent["frame-ancestors"] == "'none'" and sent["form-action"] == "'none'"
    assert sent["connect-src"] == "http: https:"  # any endpoint that the user names
    assert sent == policy(server.request("GET", "/").headers["Content-Security-Policy"])


@pytest.mark.parametrize(
    "path", ["/nothing", "/nginx.conf", "/../nginx.conf", "/%2e%2e/nginx.conf", "/tern.d/", "/ner"]
)
def test_nothing_else_is_served(nginx: Nginx, path: str) -> None:
    answer = nginx.request("GET", path)
    assert answer.status in (400, 404)
    if answer.status == 404:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"server_tokens" not in answer.body


def test_post_is_405(nginx: Nginx) -> None:
    assert nginx.request("POST", "/", b"{}").status == 405


def test_page_asks_another_origin(browser: playwright.Browser, nginx: Nginx, program, model_file) -> None:
    page = browser.new_page()
    complaints = complaints_of(page)
    page.goto(nginx.url)
    with TernServer(program("tern"), model_file, "--cors", nginx.url) as server:
        set_endpoint(page, server.url + "/ner")
        run(page)
        wait_for_result(page)
        assert shown_spans(page) == SAMPLE_SPANS
        assert "on the server" in page.get_by_role("status").inner_text()
        page.context.close()
    assert complaints == []


def test_page_says_that_its_own_origin_has_no_endpoint(browser: playwright.Browser, nginx: Nginx) -> None:
    page = browser.new_page()
    page.goto(nginx.url)
    run(page)
    alert = page.get_by_role("alert")
    alert.locator("strong").wait_for()
    assert re.search("404|405", alert.inner_text()) and nginx.url + "/ner" in alert.inner_text()
    page.context.close()


def test_endpoint_on_the_pages_own_origin(
    browser: playwright.Browser, start: Callable[..., Nginx], server: TernServer, model_file: Path
) -> None:
    nginx = start(server.url)
    json_type = {"Content-Type": "application/json"}
    answer = nginx.request("POST", "/ner", ner_body("Alan Turing was born in London."), json_type)
    assert (answer.status, [e["label"] for e in answer.json["entities"]]) == (200, ["PERSON", "GPE"])
    for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control"):
        assert answer.headers.get_all(name) == [server.ner(ner_body("a")).headers[name]]
    assert answer.headers["Server-Timing"].startswith("ner;dur=")
    assert nginx.request("POST", f"/ner/{model_file.stem}", ner_body("London"), json_type).json["entities"]
    assert (
        model_file.stem in nginx.request("POST", "/ner/none", ner_body("London"), json_type).json["error"]
    )  # who is there
    assert nginx.request("GET", "/healthz").json["status"] == "ok"
    for path in ("/sentiment", "/sentiment/none"):  # whether there is such a model, tern says
        answer = nginx.request("POST", path, ner_body("London"), json_type)
        assert (answer.status, list(answer.json)) == (404, ["error"])
    assert b"<center>nginx" in nginx.request("POST", "/nerd").body
    # Texts as long as tern takes them pass; what is too long for tern is told by tern.
    assert "1000000" in nginx.request("POST", "/ner", ner_body("x" * 1_000_001), json_type).json["error"]
    page = browser.new_page()
    complaints = complaints_of(page)
    page.goto(nginx.url)
    run(page)
    wait_for_result(page)
    assert shown_spans(page) == SAMPLE_SPANS
    assert complaints == []
    page.context.close()
