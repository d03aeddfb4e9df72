"""Entities as marks in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import templates
from .markup import DEFAULT_ENTITY_COLOR, Renderer, escape_html, kb_link, label_colors, with_title


class EntityRenderer(Renderer):
    """Draws a text with its entities marked."""

    style = "ent"

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """options: ents (labels that are drawn), colors, template."""
        super().__init__()
        options = options or {}
        self.default_color, self.colors = DEFAULT_ENTITY_COLOR, label_colors(options)
        ents = options.get("ents")
        self.ents = None if ents is None else [label.upper() for label in ents]
        self.ent_template = options.get("template") or templates.ENT

    def render(self, parsed: Sequence[Any], page: bool = False, minify: bool = False) -> str:
        """parsed: {"text": …, "ents": …}. page: a whole HTML page."""
        return self._render(
            parsed, lambda _, one: self.render_ents(one["text"], one["ents"], one.get("title")), page, minify
        )

    def render_ents(self, text: str, spans: Sequence[Mapping[str, Any]], title: str | None) -> str:
        """A text with its entities marked."""
        parts, offset = [], 0
        for span in spans:
            parts += [_lines(text[offset : span["start"]]), self._entity(text[span["start"] : span["end"]], span)]
            offset = span["end"]
        parts.append(_lines(text[offset:]))
        return with_title(templates.ENTS.format(content="".join(parts), dir=self.direction), title)

    def _entity(self, text: str, span: Mapping[str, Any]) -> str:
        label = span["label"]
        if self.ents is not None and label.upper() not in self.ents:
            return escape_html(text)
        settings = {
            "label": label,
            "text": escape_html(text),
            "bg": self.colors.get(label.upper(), self.default_color),
            "kb_link": kb_link(span),
        }
        return self.ent_template.format(**{**settings, **span.get("params", {})})


def _lines(text: str) -> str:
    return "<br>".join(map(escape_html, text.split("\n")))
