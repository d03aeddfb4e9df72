"""The page of `tern serve` in a real browser: what a user types, sees and is told when something is wrong."""
from __future__ import annotations

import shutil
from typing import Iterator

import pytest
from runtime.tern_server import TernServer

playwright = pytest.importorskip("playwright.sync_api")

# Characters of one, two and many UTF-16 units before, inside and after the entities.
TEXT = "\U0001f469\u200d\U0001f680\U0001f600 Alan Turing was born in London, \U0001f1ec\U0001f1e7 <b>England</b> & left."


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as tools:
        system = shutil.which("chromium") or shutil.which("chromium-browser")
        try:
            browser = tools.chromium.launch(executable_path=system, args=["--no-sandbox"])
        except playwright.Error as reason:
            pytest.skip(f"no browser to test the page with: {str(reason).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(program, model_file) -> Iterator[TernServer]:
    with TernServer(program("tern"), model_file) as running:
        yield running


@pytest.fixture
def page(browser: "playwright.Browser", server: TernServer) -> Iterator["playwright.Page"]:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Security Policy" in message.text else None)
    page.goto(server.url)
    yield page
    page.close()
    assert complaints == []


def highlighted(page: "playwright.Page") -> list[tuple[str, str]]:
    """(words, label) of each highlighted entity."""
    marks = page.locator("#text mark")
    return [(mark.evaluate("mark => mark.firstChild.data"), mark.locator("small").inner_text()) for mark in marks.all()]


def test_sample_text_is_ready_to_run(page: "playwright.Page") -> None:
    page.get_by_role("button", name="Find entities").click()
    page.locator("#result").wait_for()
    assert highlighted(page) == [
        ("Alan Turing", "PERSON"), ("June 23, 1912", "DATE"), ("London", "GPE"), ("England", "GPE"),
    ]


def test_offsets_are_code_points(page: "playwright.Page", nlp_full) -> None:
    page.get_by_label("Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Find entities").click()
    page.locator("#result").wait_for()
    expected = [(e.text, e.label_) for e in nlp_full(TEXT).ents]
    assert ("Alan Turing", "PERSON") in expected
    assert highlighted(page) == expected
    # The whole text is there, as text, and the answer is shown as it came.
    shown = page.locator("#text").evaluate(
        "p => Array.from(p.childNodes, n => n.nodeType === Node.TEXT_NODE ? n.data : n.firstChild.data).join('')"
    )
    assert shown == TEXT
    assert page.locator("#text b").count() == 0
    assert page.locator("#answer").evaluate("pre => JSON.parse(pre.textContent).entities.length") == len(expected)


def test_keyboard_alone_is_enough(page: "playwright.Page") -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("Angela Merkel visited Paris.")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#result").wait_for()
    assert highlighted(page) == [("Angela Merkel", "PERSON"), ("Paris", "GPE")]


def test_error_of_the_service_is_shown_and_goes_away(page: "playwright.Page") -> None:
    page.get_by_label("Text", exact=True).evaluate("area => area.value = 'x'.repeat(1000001)")
    page.get_by_role("button", name="Find entities").click()
    alert = page.get_by_role("alert")
    playwright.expect(alert).to_contain_text("1000000")
    assert page.locator("#result").is_hidden()
    page.get_by_label("Text", exact=True).fill("Angela Merkel visited Paris.")
    page.get_by_role("button", name="Find entities").click()
    page.locator("#result").wait_for()
    assert alert.inner_text() == ""


def test_endpoint_can_be_changed(page: "playwright.Page", server: TernServer) -> None:
    page.get_by_label("Endpoint").fill("./nothing")
    page.get_by_role("button", name="Find entities").click()
    playwright.expect(page.get_by_role("alert")).to_contain_text("nothing here")
    page.get_by_label("Endpoint").fill("http://127.0.0.1:9/ner")
    page.get_by_role("button", name="Find entities").click()
    playwright.expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.get_by_label("Endpoint").fill(server.url + "/ner")
    page.get_by_role("button", name="Find entities").click()
    page.locator("#result").wait_for()
    assert len(highlighted(page)) == 4
