"""The page's third tab: what is sent, what of the text is shown as replaced, in each way, with the real server behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from runtime.tern_server import TernServer
from web.page_tools import expect_problem, playwright, shown_spans, type_text, visible_labels, wait_for_result
from web.test_page_access import CONTRASTS

TEXT = "\U0001f600 Alan Turing wrote to a@b.co."
LETTERS = ["Letter", "Payment", "Log", "Records"]


def open_tab(page: playwright.Page) -> None:
    page.get_by_role("tab", name="Redact").click()


def redact(page: playwright.Page) -> None:
    page.get_by_role("button", name="Redact", exact=True).click()


def shown(page: playwright.Page) -> str:
    """The text as it is read, with the names of the labels beside the marks."""
    return page.locator("#text").evaluate("node => node.textContent")


def answer_with(page: playwright.Page, answer: Any) -> None:
    page.unroute_all()
    page.route(
        "**/redact", lambda route: route.fulfill(status=200, body=json.dumps(answer), content_type="application/json")
    )


def test_labels(page: playwright.Page) -> None:
    open_tab(page)
    type_text(page, TEXT)
    with page.expect_request("**/redact") as asked:
        redact(page)
    assert asked.value.post_data_json == {"text": TEXT}
    wait_for_result(page)
    assert shown(page) == "\U0001f600 [PERSON] wrote to [EMAIL]."
    assert page.locator("#text mark").all_inner_texts() == ["[PERSON]", "[EMAIL]"]
    status = page.get_by_role("status").inner_text()
    assert status.startswith("2 parts replaced in 30 characters. Round trip ") and "on the server" in status
    legend = [text.split() for text in page.locator("#legend").get_by_role("button").all_inner_texts()]
    assert legend == [["All"], ["EMAIL", "1"], ["PERSON", "1"]]
    assert "Turing" not in page.locator("#answer").inner_text()


@pytest.mark.parametrize(
    "way, marks", [("stars", ["*" * 11, "*" * 6]), ("remove", ["", ""]), ("hash", ["[PERSON:", "[EMAIL:"])]
)
def test_ways(page: playwright.Page, way: str, marks: list[str]) -> None:
    open_tab(page)
    type_text(page, TEXT)
    page.get_by_label("Replace by").select_option(way)
    playwright.expect(page.get_by_label("Key", exact=True)).to_be_visible(visible=way == "hash")
    if way == "hash":
        page.get_by_label("Key", exact=True).fill("a secret of some length")
    redact(page)
    wait_for_result(page)
    texts = page.locator("#text mark").evaluate_all("marks => marks.map(mark => mark.firstChild.data ?? '')")
    assert [text[: len(mark)] for text, mark in zip(texts, marks)] == marks and len(texts) == 2
    assert visible_labels(page) == ["PERSON", "EMAIL"]


def test_key_that_is_too_short_is_told_by_the_service(any_page: playwright.Page) -> None:
    open_tab(any_page)
    any_page.get_by_label("Replace by").select_option("hash")
    redact(any_page)
    expect_problem(any_page, "did not accept", "the least are 16")


def test_examples(page: playwright.Page, server: TernServer) -> None:
    """What they hold does not show."""
    open_tab(page)
    buttons = page.get_by_role("group", name="Examples").get_by_role("button")
    assert buttons.all_inner_texts() == LETTERS
    for button in buttons.all():
        button.click()
        wait_for_result(page)
        assert len(shown_spans(page)) > 2
        for secret in ("jane", "555", "4111", "WEST", "192.168", "AKIA", "123-45", "943", "0427"):
            assert secret not in shown(page)


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "ab", "replaced": [{"label": "X", "start": 0, "end": 1, "new_start": 0, "new_end": 9}]},
        {"text": "ab", "replaced": [{"label": "X", "start": 0, "end": 1, "new_start": 1, "new_end": 0}]},
        {"text": "ab", "replaced": [{"label": "X", "start": 0, "end": 1}]},
        {"text": "ab", "replaced": [None]},
    ],
)
def test_parts_that_do_not_fit(any_page: playwright.Page, answer: Any) -> None:
    open_tab(any_page)
    answer_with(any_page, answer)
    redact(any_page)
    expect_problem(any_page, "cannot be shown", "replaced parts")


@pytest.mark.parametrize("answer", [None, {"entities": []}, {"text": "x"}, {"text": 1, "replaced": []}])
def test_answer_of_something_else(any_page: playwright.Page, answer: Any) -> None:
    open_tab(any_page)
    answer_with(any_page, answer)
    redact(any_page)
    expect_problem(any_page, "no redacted text", "replaced")


def test_address_opens_the_tab(browser: playwright.Browser, server: TernServer) -> None:
    page = browser.new_page()
    page.goto(server.url + "/#redact")
    playwright.expect(page.get_by_role("button", name="Redact", exact=True)).to_be_visible()
    assert page.get_by_role("tab", selected=True).inner_text() == "Redact"
    page.get_by_role("tab", name="Sentiment").click()
    playwright.expect(page.get_by_label("Replace by")).to_be_hidden()
    page.context.close()


def test_contrast_and_room_on_a_phone(page: playwright.Page) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    open_tab(page)
    page.get_by_label("Replace by").select_option("hash")
    page.get_by_label("Key", exact=True).fill("a secret of some length")
    type_text(page, TEXT)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        redact(page)
        wait_for_result(page)
        ratios = page.evaluate(CONTRASTS)
        assert len(ratios) > 20
        assert [(ratio, what) for ratio, what in ratios if ratio < 4.5] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("#way", "#key", "#text"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 375
