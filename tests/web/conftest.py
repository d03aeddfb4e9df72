"""A real browser (Debian's Chromium, else the one that Playwright brings) with the page of a `tern serve` open in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser import running_browser
from runtime.tern_server import TernServer

if TYPE_CHECKING:
    import playwright.sync_api


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(program, model_file) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file) as running:
        yield running


@pytest.fixture
def any_page(browser: playwright.Browser, server: TernServer) -> Iterator[playwright.Page]:
    """The page for tests in which requests fail: the browser may report those."""
    from web.page_tools import complaints_of, serious  # only now: it needs Playwright

    page = browser.new_page()
    complaints = complaints_of(page)
    page.goto(server.url)
    yield page
    page.context.close()
    assert serious(complaints) == []


@pytest.fixture
def page(any_page: playwright.Page) -> Iterator[playwright.Page]:
    from web.page_tools import complaints_of

    complaints = complaints_of(any_page)
    yield any_page
    assert complaints == []
