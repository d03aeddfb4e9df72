"""The page (web/index.html) in a real browser: entities, legend, answer, endpoint."""

from __future__ import annotations

import json
import re

import pytest
from runtime.tern_server import TernServer
from web.page_tools import (
    LABELS,
    SAMPLE_SPANS,
    answer_entities,
    answer_with,
    complaints_of,
    playwright,
    run,
    shown_spans,
    shown_text,
    type_text,
    visible_labels,
    wait_for_result,
)

# Characters of one, two and many UTF-16 units, and of several code points, before, inside and after the entities.
MIXED_TEXTS = [
    "\U0001f469\u200d\U0001f680\U0001f600 Alan Turing was born in London, \U0001f1ec\U0001f1e7 <b>England</b> & left.",
    "Zoe\u0308 Saldan\u0303a met Jose\u0301 Garci\u0301a in Sa\u0303o Paulo on Friday \U0001f44d\U0001f3fd,"
    " said Angela Merkel.",
    "\u0645\u062d\u0645\u062f met Barack Obama in Paris.\n"
    "\u05d3\u05d5\u05d3 \u05d2\u05e8 \u05d1 London \u05de\u05d0\u05d6 1999.",
    "Mathematical \U0001d400\U0001d401 and Apple Inc. \U00020000\U00020001 in Tokyo;\r\n"
    "lines\ttabs\x0b\u2028Boris Johnson\u00a0\U0010ffff in Berlin",
]


# ---- entities ------------------------------------------------------------------------------------------------------------


def test_sample_text_is_ready_to_run(page: playwright.Page) -> None:
    run(page)
    wait_for_result(page)
    assert shown_spans(page) == SAMPLE_SPANS
    status = page.get_by_role("status").inner_text()
    assert re.fullmatch(r"4 entities in 58 characters\. Round trip [\d.]+ m?s, on the server [\d.]+ m?s\.", status)


@pytest.mark.parametrize("text", MIXED_TEXTS, ids=["emoji", "combining", "right-to-left", "astral"])
def test_offsets_are_code_points(page: playwright.Page, nlp_full, text: str) -> None:
    type_text(page, text)
    run(page)
    wait_for_result(page)
    sent = text.replace("\r\n", "\n")  # what a text area makes of line ends
    expected = [(e.start_char, e.end_char, e.label_, e.text) for e in nlp_full(sent).ents]
    assert expected
    assert shown_spans(page) == expected
    assert shown_text(page) == sent
    assert page.locator("#text b").count() == 0
    assert json.loads(page.locator("#answer").text_content())["entities"] == [
        {"text": words, "label": label, "start": start, "end": end} for start, end, label, words in expected
    ]


def test_right_to_left_text_is_set_so(page: playwright.Page) -> None:
    text = "\u0633\u0627\u0641\u0631 \u0645\u062d\u0645\u062f \u0625\u0644\u0649 \u0644\u0646\u062f\u0646"
    answer_entities(page, (5, 9, "PERSON"), (14, 18, "GPE"))
    type_text(page, text)
    run(page)
    wait_for_result(page)
    assert shown_spans(page) == [(5, 9, "PERSON", text[5:9]), (14, 18, "GPE", text[14:18])]
    assert page.locator("#text").evaluate("p => getComputedStyle(p).direction") == "rtl"
    first, second = page.locator("#text mark").all()
    assert first.bounding_box()["x"] > second.bounding_box()["x"]
    # The label stands after its words, that is left of them.
    box = first.locator("small").bounding_box()
    assert box["x"] + box["width"] / 2 < first.bounding_box()["x"] + first.bounding_box()["width"] / 2


def test_long_text(page: playwright.Page, nlp_full) -> None:
    page.get_by_role("button", name="50,000 characters").click()
    wait_for_result(page)
    text = page.get_by_label("Text", exact=True).input_value()
    assert len(text) == 50000
    spans = shown_spans(page)
    assert spans == [(e.start_char, e.end_char, e.label_, e.text) for e in nlp_full(text).ents]
    assert len(spans) > 1000
    # It can still be worked with, and does not push everything else off the screen.
    page.locator("#legend").get_by_role("button", name="GPE").click()
    playwright.expect(page.locator("#text mark.off")).to_have_count(sum(span[2] == "GPE" for span in spans))
    assert page.locator("#result").bounding_box()["height"] < 2 * page.viewport_size["height"]


def test_very_many_lines(page: playwright.Page) -> None:
    text = "London\n" * 7000
    page.get_by_label("Text", exact=True).evaluate("(area, text) => { area.value = text; }", text)
    run(page)
    wait_for_result(page)
    assert shown_text(page) == text
    assert len(shown_spans(page)) > 5000


def test_only_the_beginning_of_a_huge_text_is_shown(browser: playwright.Browser, server: TernServer) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(server.url)
    line = "\U0001f600 After that they flew to Paris, where it rained.\n"
    text = line * (250_000 // len(line))
    starts = range(line.index("Paris"), len(text), len(line))
    answer_entities(page, *((start, start + 5, "GPE") for start in starts))
    page.get_by_label("Text", exact=True).evaluate("(area, text) => { area.value = text; }", text)
    run(page)
    wait_for_result(page)
    assert page.get_by_role("status").inner_text().startswith(f"{len(starts):,} entities in {len(text):,} characters")
    playwright.expect(page.get_by_text("the first 200,000 characters")).to_be_visible()
    assert shown_text(page) == text[:200000]
    assert [span[0] for span in shown_spans(page)] == [start for start in starts if start + 5 <= 200000]
    assert page.locator("#legend button").inner_text().split() == ["GPE", f"{len(starts):,}"]
    page.get_by_role("button", name="Copy").click()
    playwright.expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert len(json.loads(page.evaluate("navigator.clipboard.readText()"))["entities"]) == len(starts)
    context.close()


def test_examples_run_at_once(page: playwright.Page) -> None:
    for example in page.get_by_role("group", name="Examples").get_by_role("button").all()[:4]:
        example.click()
        wait_for_result(page)
        assert shown_text(page) == page.get_by_label("Text", exact=True).input_value()
        assert len(shown_spans(page)) > 4


def test_no_entities(page: playwright.Page) -> None:
    type_text(page, "nothing")
    run(page)
    playwright.expect(page.get_by_role("status")).to_contain_text("No entities in 7 characters")
    assert shown_text(page) == "nothing"
    playwright.expect(page.locator("#legend")).to_be_hidden()


def test_offsets_by_spacys_names(page: playwright.Page) -> None:
    answer_with(page, 200, '{"entities": [{"text": "Turing", "label": "PERSON", "start_char": 5, "end_char": 11}]}')
    run(page)
    wait_for_result(page)
    assert shown_spans(page) == [(5, 11, "PERSON", "Turing")]


def test_server_time_is_left_out_when_unknown(page: playwright.Page) -> None:
    answer_entities(page, (0, 11, "PERSON"))
    run(page)
    wait_for_result(page)
    assert "on the server" not in page.get_by_role("status").inner_text()


# ---- legend, answer, endpoint --------------------------------------------------------------------------------------------


def test_legend_counts_and_filters(page: playwright.Page) -> None:
    run(page)
    wait_for_result(page)
    legend = page.get_by_role("group", name="Labels").get_by_role("button")
    names = [button.inner_text().split() for button in legend.all()]
    assert names == [["All"], ["GPE", "2"], ["DATE", "1"], ["PERSON", "1"]]
    everything, gpe, date, person = legend.all()

    def pressed() -> list[str]:
        return [button.get_attribute("aria-pressed") for button in legend.all()]

    assert pressed() == ["true"] * 4
    gpe.click()
    assert pressed() == ["false", "false", "true", "true"]
    assert visible_labels(page) == ["PERSON", "DATE"]
    everything.click()
    assert pressed() == ["true"] * 4
    everything.click()
    assert pressed() == ["false"] * 4
    assert visible_labels(page) == []
    unmarked = page.locator("#text mark").first.evaluate("mark => getComputedStyle(mark).backgroundColor")
    assert unmarked == "rgba(0, 0, 0, 0)"
    date.click()
    assert visible_labels(page) == ["DATE"]
    # Filtering changes neither the text nor the answer.
    assert shown_spans(page) == SAMPLE_SPANS
    assert len(json.loads(page.locator("#answer").text_content())["entities"]) == 4
    assert person.get_attribute("title")


def test_each_label_has_its_colour(page: playwright.Page) -> None:
    text = " ".join("x" for _ in [*LABELS, "NEW"])
    answer_entities(page, *((2 * i, 2 * i + 1, label) for i, label in enumerate([*LABELS, "NEW"])))
    type_text(page, text)
    run(page)
    wait_for_result(page)
    colours = page.evaluate(
        "Array.from(document.querySelectorAll('#text mark'), e => getComputedStyle(e).backgroundColor)"
    )
    assert len(set(colours)) == len(LABELS) + 1


def test_answer_is_copied(browser: playwright.Browser, server: TernServer) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(server.url)
    run(page)
    wait_for_result(page)
    page.get_by_role("button", name="Copy").click()
    playwright.expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert [e["text"] for e in json.loads(copied)["entities"]] == [span[3] for span in SAMPLE_SPANS]
    context.close()


def test_endpoint_is_remembered(page: playwright.Page, server: TernServer) -> None:
    field, default = page.get_by_label("Endpoint"), page.get_by_role("button", name="Use the default")
    assert field.input_value() == "./ner"
    playwright.expect(default).to_be_hidden()
    field.fill(server.url + "/ner")
    run(page)
    wait_for_result(page)
    page.reload()
    assert field.input_value() == server.url + "/ner"
    default.click()
    assert field.input_value() == "./ner"
    page.reload()
    assert field.input_value() == "./ner"
    playwright.expect(default).to_be_hidden()


def test_works_without_storage(browser: playwright.Browser, server: TernServer) -> None:
    page = browser.new_page()
    complaints = complaints_of(page)
    refusal = "{get() { throw new DOMException('no', 'SecurityError'); }}"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {refusal})")
    page.goto(server.url)
    run(page)
    wait_for_result(page)
    assert complaints == []
    page.context.close()
