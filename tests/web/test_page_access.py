"""The page for everybody: keyboard, screen reader, contrast, dark, phone; and nothing that does not belong into it."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from common import ROOT
from runtime.tern_server import TernServer
from web.page_tools import (
    LABELS,
    answer_entities,
    answer_with,
    expect_problem,
    playwright,
    run,
    set_endpoint,
    shown_spans,
    type_text,
    visible_labels,
    wait_for_result,
)

PAGE = ROOT / "web" / "index.html"


# ---- everybody's page ----------------------------------------------------------------------------------------------------


def has_visible_focus(page: playwright.Page) -> bool:
    return page.evaluate(
        """() => {
            const focused = document.activeElement, style = getComputedStyle(focused);
            return focused !== document.body && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        }"""
    )


def tab_to(page: playwright.Page, target: playwright.Locator) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        assert has_visible_focus(page)
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


def test_keyboard_alone_is_enough(page: playwright.Page) -> None:
    tab_to(page, page.get_by_label("Text", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("Angela Merkel visited Paris.")
    page.keyboard.press("Control+Enter")
    wait_for_result(page)
    assert [span[2:] for span in shown_spans(page)] == [("PERSON", "Angela Merkel"), ("GPE", "Paris")]
    tab_to(page, page.get_by_role("button", name="Find entities"))
    page.keyboard.press("Space")
    playwright.expect(page.get_by_role("button", name="Find entities")).to_be_focused()
    wait_for_result(page)
    tab_to(page, page.get_by_label("Endpoint"))
    tab_to(page, page.locator("#legend").get_by_role("button", name="PERSON"))
    page.keyboard.press("Enter")
    assert visible_labels(page) == ["GPE"]
    tab_to(page, page.get_by_role("region", name="Entities in the text"))
    tab_to(page, page.get_by_role("button", name="Copy"))
    tab_to(page, page.get_by_role("region", name="Answer as JSON"))


def test_everything_has_a_name(page: playwright.Page) -> None:
    run(page)
    wait_for_result(page)
    for role, name in (
        ("textbox", "Text"),
        ("textbox", "Endpoint"),
        ("group", "Examples"),
        ("group", "Labels to highlight"),
        ("region", "Result"),
        ("region", "Entities in the text"),
        ("region", "Answer as JSON"),
    ):
        assert page.get_by_role(role, name=name, exact=True).count() == 1, (role, name)
    for button in page.get_by_role("button").all():
        assert button.inner_text().strip()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.get_by_role("heading", level=1).inner_text() == "tern"


# WCAG 2: contrast of the text of each element with what is behind it. A canvas turns any colour into sRGB.
CONTRASTS = """() => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
    const context = canvas.getContext("2d", {willReadFrequently: true});
    const rgba = (colour) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return Array.from(context.getImageData(0, 0, 1, 1).data);
    };
    const luminance = (colour) => {
        const [r, g, b] = colour.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const colour = rgba(getComputedStyle(element).backgroundColor);
        return colour[3] === 255 || !element.parentElement ? colour : behind(element.parentElement);
    };
    const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
    const hasText = (element) => element.value || Array.from(element.childNodes).some(isText);
    const shown = Array.from(document.querySelectorAll("body *")).filter((e) => e.getClientRects().length && hasText(e));
    return shown.map((element) => {
        const [light, dark] = [rgba(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => b - a);
        return [(light + 0.05) / (dark + 0.05), element.outerHTML.slice(0, 80)];
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(any_page: playwright.Page, scheme: str) -> None:
    any_page.emulate_media(color_scheme=scheme)
    answer_entities(any_page, *((2 * i, 2 * i + 1, label) for i, label in enumerate([*LABELS, "NEW"])))
    type_text(any_page, "x " * 40)
    set_endpoint(any_page, "http://localhost/ner")
    run(any_page)
    wait_for_result(any_page)
    any_page.locator("#legend").get_by_role("button", name="DATE").click()
    shown = any_page.evaluate(CONTRASTS)
    answer_with(any_page, 500, '{"error": "no luck"}')
    run(any_page)
    expect_problem(any_page, "no luck")
    shown += any_page.evaluate(CONTRASTS)
    assert len(shown) > 80
    assert [(ratio, what) for ratio, what in shown if ratio < 4.5] == []


def test_dark_and_light_follow_the_system(page: playwright.Page) -> None:
    def lightness() -> int:
        return sum(map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]))

    page.emulate_media(color_scheme="light")
    assert lightness() > 3 * 200
    page.emulate_media(color_scheme="dark")
    assert lightness() < 3 * 60


def test_nothing_sticks_out_of_a_phone(any_page: playwright.Page) -> None:
    any_page.set_viewport_size({"width": 375, "height": 667})

    def fits() -> bool:
        return any_page.evaluate("document.documentElement.scrollWidth <= innerWidth && innerWidth === 375")

    assert fits()
    answer_entities(any_page, (0, 400, "WORK_OF_ART"), *((500 + i, 501 + i, label) for i, label in enumerate(LABELS)))
    type_text(any_page, "x" * 1000)
    run(any_page)
    wait_for_result(any_page)
    assert fits()
    for box in (any_page.locator(name).bounding_box() for name in ("#text", "#answer", "#input", "#endpoint", "#run")):
        assert box["x"] >= 0 and box["x"] + box["width"] <= 375
    set_endpoint(any_page, "./" + "nothing" * 60)
    run(any_page)
    expect_problem(any_page, "404")
    assert fits()


@pytest.mark.parametrize("width", [320, 360, 375, 390, 412, 430, 480, 600, 768])
def test_buttons_stay_on_one_line(any_page: playwright.Page, width: int) -> None:
    """Also while there is something to cancel."""
    any_page.set_viewport_size({"width": width, "height": 740})
    any_page.get_by_role("tab", name="Sentiment").click()
    run_button, cancel = any_page.locator("#run"), any_page.locator("#cancel")
    line = any_page.locator("#default").evaluate("b => { b.hidden = false; return b.getBoundingClientRect().height; }")

    def one_line() -> bool:
        return all(button.bounding_box()["height"] <= line for button in (run_button, cancel) if button.is_visible())

    assert run_button.inner_text() == "Find the sentiment" and one_line()
    any_page.route("**/sentiment", lambda route: None)  # never answered
    run_button.click()
    playwright.expect(cancel).to_be_visible()
    assert one_line()
    assert any_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cancel.click()


@pytest.mark.parametrize("width, height", [(360, 740), (1280, 900)])
def test_what_goes_on_below_is_marked(page: playwright.Page, width: int, height: int) -> None:
    """Until it has been scrolled to its end; what is short has no mark."""
    page.set_viewport_size({"width": width, "height": height})
    marked = page.locator(".panel.more")

    def sign(panel: playwright.Locator) -> str:
        return panel.evaluate("p => getComputedStyle(p, '::after').content")

    run(page)
    wait_for_result(page)
    assert marked.count() == 0 and sign(page.locator(".panel").first) == "none"
    page.get_by_role("button", name="50,000 characters").click()
    playwright.expect(marked).to_have_count(2)
    for panel in marked.all():
        assert sign(panel) == '"more below \u25be"'
    for area in ("#text", "#answer"):
        page.locator(area).evaluate("e => { e.scrollTop = e.scrollHeight; }")
    playwright.expect(marked).to_have_count(0)
    type_text(page, "London")
    run(page)
    playwright.expect(page.get_by_role("status")).to_contain_text("in 6 characters")
    assert marked.count() == 0


def test_cards_beside_each_other_end_together(page: playwright.Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    run(page)
    wait_for_result(page)
    left, right = (panel.bounding_box() for panel in page.locator(".panel").all())
    assert (left["y"], left["height"]) == (right["y"], right["height"]) and left["x"] < right["x"]
    page.set_viewport_size({"width": 360, "height": 740})
    upper, lower = (panel.bounding_box() for panel in page.locator(".panel").all())
    assert upper["x"] == lower["x"] and upper["y"] + upper["height"] < lower["y"]


# ---- nothing but the page ------------------------------------------------------------------------------------------------


def test_answers_are_shown_as_text(any_page: playwright.Page) -> None:
    evil = "<img src=x onerror=alert(1)>"
    answer_entities(any_page, (0, 4, evil))
    run(any_page)
    wait_for_result(any_page)
    assert any_page.locator("#text small").inner_text() == evil
    answer_with(any_page, 400, json.dumps({"error": evil}))
    run(any_page)
    expect_problem(any_page, evil)
    assert any_page.locator("img").count() == 0


def test_policy_names_the_style_and_script_of_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)[1]
    for tag in ("style", "script"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy, f"the {tag} has changed: its hash is now sha256-{digest}"
    assert not re.search(r"\son\w+=|\sstyle=", page.split("<script>")[0])


def test_page_needs_nothing_from_elsewhere(browser: playwright.Browser, server: TernServer) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.goto(server.url)
    run(page)
    wait_for_result(page)
    assert asked == [server.url + "/", server.url + "/ner"]
    page.context.close()


def test_scripts_from_elsewhere_do_not_run(browser: playwright.Browser, server: TernServer) -> None:
    page = browser.new_page()
    page.goto(server.url)
    # What a script may do that got in all the same: add another one, or markup.
    ran = page.evaluate(
        """() => {
            const make = (name) => document.createElement(name);
            const attempts = [
                () => { document.body.innerHTML = "<b>injected</b>"; },
                () => { const s = make("script"); s.textContent = "window.ran = true"; document.body.append(s); },
                () => { const b = make("button"); b.setAttribute("onclick", "window.ran = true"); b.click(); },
            ];
            for (const attempt of attempts) try { attempt(); } catch (refused) { /* as it should be */ }
            return window.ran === true || document.body.innerText === "injected";
        }"""
    )
    assert ran is False
    page.context.close()
