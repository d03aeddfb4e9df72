"""The page's second tab, and the field of the model: what is sent, what is shown, with the keyboard and without colours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest
from common import TINY
from runtime.tern_server import TernServer
from web.page_tools import (
    SAMPLE_SPANS,
    complaints_of,
    expect_problem,
    playwright,
    run,
    set_endpoint,
    shown_spans,
    shown_text,
    type_text,
    visible_labels,
    wait_for_result,
)
from web.test_page_access import CONTRASTS, tab_to

if TYPE_CHECKING:
    from opinion_pipeline import Opinions

TEXT = "\U0001f600 I love it! The end is bad."
SENTENCES = [(0, 12, "POSITIVE"), (13, 28, "NEGATIVE")]
CLASSES = ("positive", "negative", "neutral", "mixed")


def answer_of(
    sentiment: str = "MIXED",
    scores: tuple[float, ...] = (0.1, 0.07, 0.03, 0.8),
    sentences: list[tuple[int, int, str]] = SENTENCES,
) -> dict[str, Any]:
    own = dict(zip(CLASSES, scores))
    parts = [
        {"start": start, "end": end, "sentiment": name, "confidence": 0.9, "scores": own}
        for start, end, name in sentences
    ]
    return {"sentiment": sentiment, "confidence": max(scores), "scores": own, "sentences": parts}


class Requests:
    """The bodies of the requests to /sentiment, all answered alike."""

    def __init__(self, page: playwright.Page, status: int, answer: Any) -> None:
        self.bodies: list[dict[str, Any]] = []
        body = answer if isinstance(answer, str) else json.dumps(answer)
        page.unroute_all()

        def fulfil(route: Any) -> None:
            self.bodies.append(route.request.post_data_json)
            route.fulfill(
                status=status,
                body=body,
                content_type="application/json",
                headers={"Server-Timing": "sentiment;dur=0.5"},
            )

        page.route("**/sentiment", fulfil)


def open_tab(page: playwright.Page) -> None:
    page.get_by_role("tab", name="Sentiment").click()


def find(page: playwright.Page) -> None:
    page.get_by_role("button", name="Find the sentiment").click()


def bars(page: playwright.Page) -> list[list[str]]:
    return [
        row.inner_text().split("\t")
        for row in page.get_by_role("table", name="Sentiment of the text").get_by_role("row").all()
    ]


@pytest.fixture(scope="module")
def several(program: Callable[[str], Path], model_file: Path) -> Iterator[TernServer]:
    with TernServer(program("tern"), f"en={model_file}", "-m", f"tiny={TINY}") as running:
        yield running


# ---- the tab -------------------------------------------------------------------------------------------------------------


def test_bars_and_sentences(page: playwright.Page) -> None:
    requests = Requests(page, 200, answer_of())
    open_tab(page)
    type_text(page, TEXT)
    find(page)
    wait_for_result(page)
    assert requests.bodies == [{"text": TEXT, "sentences": True}]
    assert [[name, value] for name, *_, value in bars(page)] == [
        ["Positive", "10.0 %"],
        ["Negative", "7.0 %"],
        ["Neutral", "3.0 %"],
        ["Mixed", "80.0 %"],
    ]
    widths = page.locator("#scores i").evaluate_all("bars => bars.map(bar => getComputedStyle(bar, '::before').width)")
    whole = page.locator("#scores i").first.bounding_box()["width"]
    assert [round(float(width[:-2]) / whole, 2) for width in widths] == [0.1, 0.07, 0.03, 0.8]
    assert shown_spans(page) == [(0, 12, "POSITIVE", "\U0001f600 I love it!"), (13, 28, "NEGATIVE", "The end is bad.")]
    assert shown_text(page) == TEXT
    status = page.get_by_role("status").inner_text()
    assert status.startswith("MIXED (80.0 %) in 28 characters. Round trip ") and "on the server 0.5 ms" in status
    page.locator("#legend").get_by_role("button", name="POSITIVE").click()
    assert visible_labels(page) == ["NEGATIVE"]


def test_without_sentences(page: playwright.Page) -> None:
    answer = answer_of("NEUTRAL", (0.0, 0.0, 1.0, 0.0))
    del answer["sentences"]
    requests = Requests(page, 200, answer)
    open_tab(page)
    type_text(page, "One")
    page.get_by_label("each sentence").uncheck()
    find(page)
    wait_for_result(page)
    assert requests.bodies == [{"text": "One"}]
    assert (shown_text(page), shown_spans(page)) == ("One", [])
    assert "NEUTRAL (100.0 %) in 3 characters" in page.get_by_role("status").inner_text()


def test_examples_of_the_tab(page: playwright.Page) -> None:
    requests = Requests(page, 200, answer_of(sentences=[]))
    open_tab(page)
    buttons = page.get_by_role("group", name="Examples").get_by_role("button")
    assert buttons.all_inner_texts() == ["Praise", "Complaint", "Report", "Both", "50,000 characters"]
    for button in buttons.all()[:4]:
        button.click()
        wait_for_result(page)
        assert requests.bodies[-1]["text"] == page.get_by_label("Text", exact=True).input_value()
    assert len({body["text"] for body in requests.bodies}) == 4


def test_each_tab_is_its_own(page: playwright.Page) -> None:
    """The text stays, the result does not; each has its endpoint, which is remembered."""
    Requests(page, 200, answer_of())
    run(page)
    wait_for_result(page)
    open_tab(page)
    playwright.expect(page.locator("#result")).to_be_hidden()
    assert page.get_by_role("status").inner_text() == ""
    assert page.get_by_label("Endpoint").input_value() == "./sentiment"
    type_text(page, TEXT)
    find(page)
    wait_for_result(page)
    set_endpoint(page, "./other/sentiment")
    page.get_by_role("tab", name="Entities").click()
    assert page.get_by_label("Endpoint").input_value() == "./ner"
    assert page.get_by_label("Text", exact=True).input_value() == TEXT
    page.unroute_all()
    page.get_by_role("button", name="Company news").click()
    wait_for_result(page)
    assert shown_spans(page) and page.locator("#scores").is_hidden()
    page.reload()
    open_tab(page)
    assert page.get_by_label("Endpoint").input_value() == "./other/sentiment"


def test_address_opens_the_tab(browser: playwright.Browser, server: TernServer) -> None:
    page = browser.new_page()
    page.goto(server.url + "/#sentiment")
    playwright.expect(page.get_by_role("button", name="Find the sentiment")).to_be_visible()
    assert page.get_by_role("tab", selected=True).inner_text() == "Sentiment"
    page.context.close()


def test_real_model(
    page: playwright.Page, program: Callable[[str], Path], model_file: Path, opinions: Opinions
) -> None:
    """The whole way: page, server, both models, and back."""
    with TernServer(program("tern"), f"en={model_file}", "-m", f"mood={opinions.model}") as running:
        page.goto(running.url)
        run(page)
        wait_for_result(page)
        assert shown_spans(page) == SAMPLE_SPANS
        open_tab(page)
        text = "\U0001f600 I love the cake. We hate this street!"
        type_text(page, text)
        page.get_by_label("Model").focus()
        playwright.expect(page.locator("#models option")).to_have_count(1)
        assert suggestions(page) == ["mood"]
        page.get_by_label("Model").fill("mood")
        find(page)
        wait_for_result(page)
        assert shown_spans(page) == [(0, 18, "POSITIVE", text[:18]), (19, 39, "NEGATIVE", text[19:])]
        assert (
            "MIXED (" in page.get_by_role("status").inner_text()
            and "on the server" in page.get_by_role("status").inner_text()
        )
        page.goto("about:blank")  # gives up its connections


# ---- everybody's tab -----------------------------------------------------------------------------------------------------


def test_keyboard_moves_between_tabs(page: playwright.Page) -> None:
    entities, sentiment, redact = [page.get_by_role("tab", name=name) for name in ("Entities", "Sentiment", "Redact")]
    tab_to(page, entities)
    for key, target in [
        ("ArrowRight", sentiment),
        ("ArrowRight", redact),
        ("ArrowRight", entities),
        ("ArrowLeft", redact),
        ("Home", entities),
        ("End", redact),
        ("ArrowLeft", sentiment),
    ]:
        page.keyboard.press(key)
        playwright.expect(target).to_be_focused()
        assert target.get_attribute("aria-selected") == "true"
        assert page.get_by_role("tab", selected=True).count() == 1
    assert page.get_by_role("tabpanel", name="Sentiment").count() == 1
    tab_to(page, page.get_by_label("Text", exact=True))  # one Tab leaves the tabs: the other one is not on the way


def test_contrast(any_page: playwright.Page) -> None:
    names = ["POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED"]
    Requests(any_page, 200, answer_of(sentences=[(2 * i, 2 * i + 1, name) for i, name in enumerate(names)]))
    open_tab(any_page)
    type_text(any_page, "x " * 4)
    for scheme in ("light", "dark"):
        any_page.emulate_media(color_scheme=scheme)
        find(any_page)
        wait_for_result(any_page)
        shown = any_page.evaluate(CONTRASTS)
        assert len(shown) > 30
        assert [(ratio, what) for ratio, what in shown if ratio < 4.5] == []


def test_nothing_sticks_out_of_a_phone(page: playwright.Page) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    Requests(page, 200, answer_of(sentences=[(0, 500, "POSITIVE")]))
    open_tab(page)
    type_text(page, "x" * 500)
    find(page)
    wait_for_result(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && innerWidth === 375")
    for name in ("#scores", "#text", "#model", "#sentences-label"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 375


# ---- what goes wrong -----------------------------------------------------------------------------------------------------


def test_server_without_a_sentiment_model_says_how(any_page: playwright.Page, several: TernServer) -> None:
    any_page.goto(several.url + "/#sentiment")
    find(any_page)
    expect_problem(any_page, "no such endpoint", "404", "/sentiment", "start with -m sentiment=FILE.tern")


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        '{"entities": []}',
        '{"sentiment": "POSITIVE"}',
        {**answer_of(), "sentiment": "constructor"},
        {**answer_of(), "scores": {"positive": 1, "negative": 0, "neutral": 0}},
        answer_of(scores=(1.5, 0, 0, 0)),
    ],
)
def test_answer_of_something_else(any_page: playwright.Page, answer: Any) -> None:
    Requests(any_page, 200, answer)
    open_tab(any_page)
    find(any_page)
    expect_problem(any_page, "no sentiment", "scores")


@pytest.mark.parametrize("sentences", [[(0, 99, "POSITIVE")], [(0, 5, "POSITIVE"), (4, 8, "NEGATIVE")], [(0, 4, None)]])
def test_sentences_that_do_not_fit(any_page: playwright.Page, sentences: list[tuple[int, int, str]]) -> None:
    Requests(any_page, 200, answer_of(sentences=sentences))
    open_tab(any_page)
    find(any_page)
    expect_problem(any_page, "cannot be shown")


def test_error_of_the_service(any_page: playwright.Page) -> None:
    Requests(any_page, 400, {"error": '"sentences" cannot be true: the model finds no sentences'})
    open_tab(any_page)
    find(any_page)
    expect_problem(any_page, "did not accept", "the model finds no sentences")
    any_page.get_by_role("tab", name="Entities").click()
    playwright.expect(any_page.get_by_role("alert")).to_be_empty()


# ---- the model -----------------------------------------------------------------------------------------------------------


def suggestions(page: playwright.Page) -> list[str]:
    return page.locator("#models option").evaluate_all("options => options.map(option => option.value)")


def test_models_of_the_server_are_suggested(browser: playwright.Browser, several: TernServer) -> None:
    page = browser.new_page()
    complaints = complaints_of(page)
    page.goto(several.url)
    assert suggestions(page) == []  # nobody has asked yet
    page.get_by_label("Model").focus()
    playwright.expect(page.locator("#models option")).to_have_count(2)
    assert suggestions(page) == ["en", "tiny"]
    run(page)
    wait_for_result(page)
    assert shown_spans(page) == SAMPLE_SPANS
    with page.expect_request("**/ner") as asked:
        page.get_by_label("Model").fill("tiny")
        run(page)
    assert asked.value.post_data_json["model"] == "tiny"
    wait_for_result(page)
    assert shown_spans(page) != SAMPLE_SPANS
    assert complaints == []
    page.context.close()


def test_unknown_model_is_told_by_the_service(any_page: playwright.Page, several: TernServer) -> None:
    any_page.goto(several.url)
    any_page.get_by_label("Model").fill("absent")
    run(any_page)
    expect_problem(any_page, "404", "(known: en, tiny)")


def test_endpoint_that_tells_no_models(any_page: playwright.Page) -> None:
    any_page.route("**/healthz", lambda route: route.fulfill(status=200, body="<html>", content_type="text/html"))
    with any_page.expect_response("**/healthz"):
        any_page.get_by_label("Model").focus()
    assert suggestions(any_page) == [] and any_page.get_by_role("alert").inner_text() == ""
    run(any_page)
    wait_for_result(any_page)
