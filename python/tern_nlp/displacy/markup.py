"""What the renderers share: colours, pages, escapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import Errors
from ..registrations import registry
from . import templates

DEFAULT_LANG = "en"
DEFAULT_DIR = "ltr"
DEFAULT_ENTITY_COLOR = "#ddd"
DEFAULT_LABEL_COLORS = {
    "ORG": "#7aecec",
    "PRODUCT": "#bfeeb7",
    "GPE": "#feca74",
    "LOC": "#ff9561",
    "PERSON": "#aa9cfc",
    "NORP": "#c887fb",
    "FAC": "#9cc9cc",
    "EVENT": "#ffeb80",
    **dict.fromkeys(("LAW", "LANGUAGE"), "#ff8197"),
    "WORK_OF_ART": "#f0d0ff",
    **dict.fromkeys(("DATE", "TIME"), "#bfe1d9"),
    **dict.fromkeys(("MONEY", "QUANTITY", "ORDINAL", "CARDINAL", "PERCENT"), "#e4e7d2"),
}
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))


def escape_html(text: str) -> str:
    """Text that markup may hold."""
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text


def minify_html(html: str) -> str:
    """displaCy's markup without indents and lines; not for other markup."""
    return html.strip().replace("    ", "").replace("\n", "")


def label_colors(options: Mapping[str, Any]) -> dict[str, str]:
    """LABEL -> colour: spaCy's, those that are registered, and the options'."""
    colors = dict(DEFAULT_LABEL_COLORS)
    for registered in registry.displacy_colors.get_all().values():
        more = registered() if callable(registered) else registered
        if not isinstance(more, dict):
            raise ValueError(Errors.E925.format(obj=type(more)))
        colors.update(more)
    colors.update(options.get("colors", {}))
    return {label.upper(): color for label, color in colors.items()}


def kb_link(span: Mapping[str, Any]) -> str:
    if not span.get("kb_id", ""):
        return ""
    return templates.KB_LINK.format(kb_id=span["kb_id"], kb_url=span.get("kb_url", "#"))


def with_title(markup: str, title: Any) -> str:
    return templates.TITLE.format(title=title) + markup if title else markup


class Renderer:
    """Draws documents that were parsed, one below the other. Language and direction are the first one's."""

    def __init__(self) -> None:
        self.direction, self.lang = DEFAULT_DIR, DEFAULT_LANG

    def _render(self, parsed: Sequence[Any], draw: Callable[[int, Any], str], page: bool, minify: bool) -> str:
        if parsed:
            settings = parsed[0].get("settings", {})
            self.direction = settings.get("direction", DEFAULT_DIR)
            self.lang = settings.get("lang", DEFAULT_LANG)
        drawn = [draw(number, one) for number, one in enumerate(parsed)]
        if page:
            content = "".join(templates.FIGURE.format(content=one) for one in drawn)
            markup = templates.PAGE.format(content=content, lang=self.lang, dir=self.direction)
        else:
            markup = "".join(drawn)
        return minify_html(markup) if minify else markup
