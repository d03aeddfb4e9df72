"""Spans that may overlap, as bars below the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import templates
from .markup import DEFAULT_ENTITY_COLOR, Renderer, escape_html, kb_link, label_colors, with_title


class SpanRenderer(Renderer):
    """Draws tokens, and below each the bars of its spans."""

    style = "span"

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """options: colors, top_offset, span_label_offset, top_offset_step, template (a dict of span, slice and start)."""
        super().__init__()
        options = options or {}
        self.default_color, self.colors = DEFAULT_ENTITY_COLOR, label_colors(options)
        self.top_offset = options.get("top_offset", 40)  # px
        self.span_label_offset = options.get("span_label_offset", 20)
        self.offset_step = options.get("top_offset_step", 17)
        own = options.get("template") or {}
        self.span_template = own["span"] if own else templates.SPAN
        self.span_slice_template = own["slice"] if own else templates.SPAN_SLICE
        self.span_start_template = own["start"] if own else templates.SPAN_START

    def render(self, parsed: Sequence[Any], page: bool = False, minify: bool = False) -> str:
        """parsed: {"tokens": …, "spans": …}. page: a whole HTML page."""
        return self._render(
            parsed, lambda _, one: self.render_spans(one["tokens"], one["spans"], one.get("title")), page, minify
        )

    def render_spans(self, tokens: Sequence[str], spans: Sequence[dict[str, Any]], title: str | None) -> str:
        """A text with its spans marked, which may overlap."""
        content = self._render_markup(self._assemble_per_token_info(tokens, spans))
        return with_title(templates.SPANS.format(content=content, dir=self.direction), title)

    @staticmethod
    def _assemble_per_token_info(tokens: Sequence[str], spans: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """For each token its text and its spans. A span's slot is the one below the last that it begins in; it keeps it."""
        ordered = sorted(
            spans, key=lambda span: (span["start_token"], span["start_token"] - span["end_token"], span["label"])
        )
        slots: dict[int, int] = {}
        found = []
        for number, text in enumerate(tokens):
            here: list[dict[str, Any]] = []
            for place, span in enumerate(ordered):
                if not span["start_token"] <= number < span["end_token"]:
                    continue
                is_start = number == span["start_token"]
                if is_start:
                    slots[place] = (here[-1]["render_slot"] if here else 0) + 1
                here.append(
                    {
                        "label": span["label"],
                        "is_start": is_start,
                        "render_slot": slots.get(place, 0),
                        "kb_link": kb_link(span),
                    }
                )
            found.append({"text": text, "entities": here})
        return found

    def _render_markup(self, per_token_info: Sequence[Mapping[str, Any]]) -> str:
        return "".join(map(self._token, per_token_info))

    def _token(self, token: Mapping[str, Any]) -> str:
        """Blanks have no line height, so that bars below them would be out of place."""
        entities, text = token["entities"], token["text"]
        if not entities or not text.strip():
            return escape_html(text + " ")
        height = self.top_offset + self.span_label_offset + self.offset_step * (len(entities) - 1)
        return self.span_template.format(
            text=escape_html(text),
            span_slices="".join(map(self._slice, entities)),
            span_starts="".join(self._start(entity) for entity in entities if entity["is_start"]),
            total_height=height,
        )

    def _place(self, entity: Mapping[str, Any]) -> dict[str, Any]:
        color = self.colors.get(entity["label"].upper(), self.default_color)
        return {"bg": color, "top_offset": self.top_offset + self.offset_step * (entity["render_slot"] - 1)}

    def _slice(self, entity: Mapping[str, Any]) -> str:
        return self.span_slice_template.format(**self._place(entity))

    def _start(self, entity: Mapping[str, Any]) -> str:
        place = self._place(entity)
        return self.span_start_template.format(**place, label=entity["label"], kb_link=entity["kb_link"])
