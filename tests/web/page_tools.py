"""What the tests of the page do with it, and read from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")
playwright.expect.set_options(timeout=30_000)  # milliseconds until something is hopeless, on a busy machine too

# What Chromium itself reports of requests that were meant to fail.
OF_THE_BROWSER = ("Failed to load resource", "Access to fetch at")
SAMPLE_SPANS = [
    (0, 11, "PERSON", "Alan Turing"),
    (24, 37, "DATE", "June 23, 1912"),
    (42, 48, "GPE", "London"),
    (50, 57, "GPE", "England"),
]
# The labels of OntoNotes 5, release notes, section 2.6.
LABELS = [
    "PERSON",
    "NORP",
    "FAC",
    "ORG",
    "GPE",
    "LOC",
    "PRODUCT",
    "EVENT",
    "WORK_OF_ART",
    "LAW",
    "LANGUAGE",
    "DATE",
    "TIME",
    "PERCENT",
    "MONEY",
    "QUANTITY",
    "ORDINAL",
    "CARDINAL",
]


def complaints_of(page: playwright.Page) -> list[str]:
    """Collects from now on: uncaught errors, and what the console has of errors and breaches of the policy."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    return complaints


def serious(complaints: list[str]) -> list[str]:
    return [text for text in complaints if not text.startswith(OF_THE_BROWSER)]


def run(page: playwright.Page) -> None:
    page.get_by_role("button", name="Find entities").click()


def wait_for_result(page: playwright.Page) -> None:
    playwright.expect(page.get_by_role("status")).to_contain_text("Round trip")


def shown_spans(page: playwright.Page) -> list[tuple[int, int, str, str]]:
    """(start, end, label, words) of each highlighted entity, counted in code points of the text that is shown."""
    spans: list[list[Any]] = page.evaluate(
        """() => {
            const spans = [];
            let at = 0;
            for (const node of document.getElementById("text").childNodes) {
                const words = node.nodeType === Node.TEXT_NODE ? node.data : node.firstChild.data;
                const end = at + Array.from(words).length;
                if (node.nodeType !== Node.TEXT_NODE) spans.push([at, end, node.lastChild.textContent, words]);
                at = end;
            }
            return spans;
        }"""
    )
    return [(start, end, label, words) for start, end, label, words in spans]


def shown_text(page: playwright.Page) -> str:
    """The text under the highlights, without the names of the labels."""
    return page.evaluate(
        """() => Array.from(document.getElementById("text").childNodes,
                            node => node.nodeType === Node.TEXT_NODE ? node.data : node.firstChild.data).join("")"""
    )


def type_text(page: playwright.Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)


def set_endpoint(page: playwright.Page, endpoint: str) -> None:
    page.get_by_label("Endpoint").fill(endpoint)


def answer_with(page: playwright.Page, status: int, body: str, content_type: str = "application/json") -> None:
    page.unroute_all()
    page.route("**/ner", lambda route: route.fulfill(status=status, body=body, content_type=content_type))


def answer_entities(page: playwright.Page, *entities: tuple[int, int, str]) -> None:
    answer = [{"label": label, "start": start, "end": end} for start, end, label in entities]
    answer_with(page, 200, json.dumps({"entities": answer}))


def expect_problem(page: playwright.Page, *words: str) -> None:
    alert = page.get_by_role("alert")
    for text in words:
        playwright.expect(alert).to_contain_text(text)
    playwright.expect(page.locator("#result")).to_be_hidden()


def expect_well(page: playwright.Page) -> None:
    wait_for_result(page)
    playwright.expect(page.get_by_role("alert")).to_be_empty()
    assert page.locator("[aria-invalid]").count() == 0


def visible_labels(page: playwright.Page) -> list[str]:
    """The labels that can be seen in the text, by what is painted."""
    return page.evaluate(
        """() => Array.from(document.querySelectorAll("#text small"))
                      .filter((element) => element.getClientRects().length).map((element) => element.textContent)"""
    )
