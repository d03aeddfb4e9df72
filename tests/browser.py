"""A real browser for the tests that look at pages: Debian's Chromium, else the one that Playwright brings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def running_browser() -> Iterator[Any]:
    """A playwright.Browser; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tools:
        system = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            browser = tools.chromium.launch(executable_path=system, args=["--no-sandbox"])
        except playwright.Error as reason:
            pytest.skip(f"no browser to look at pages with: {str(reason).splitlines()[0]}")
        yield browser
        browser.close()
