"""Dependency parses as SVG."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Errors
from . import templates
from .markup import Renderer, escape_html, with_title

Arc = Mapping[str, Any]


class DependencyRenderer(Renderer):
    """Draws words in a row, and arcs between them."""

    style = "dep"

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        """options: compact, word_spacing, arrow_spacing, arrow_width, arrow_stroke, distance, offset_x, color, bg, font."""
        super().__init__()
        options = options or {}
        self.compact = options.get("compact", False)
        self.word_spacing = options.get("word_spacing", 45)
        self.arrow_spacing = options.get("arrow_spacing", 12 if self.compact else 20)
        self.arrow_width = options.get("arrow_width", 6 if self.compact else 10)
        self.arrow_stroke = options.get("arrow_stroke", 2)
        self.distance = options.get("distance", 150 if self.compact else 175)
        self.offset_x = options.get("offset_x", 50)
        self.color = options.get("color", "#000000")
        self.bg = options.get("bg", "#ffffff")
        self.font = options.get("font", "Arial")

    def render(self, parsed: Sequence[Any], page: bool = False, minify: bool = False) -> str:
        """parsed: {"words": …, "arcs": …}. page: a whole HTML page."""
        prefix = uuid.uuid4().hex  # two drawings on a page have arcs of different names

        def draw(number: int, one: Any) -> str:
            svg = self.render_svg(f"{prefix}-{number}", one["words"], one["arcs"])
            return with_title(svg, one.get("title"))

        return self._render(parsed, draw, page, minify)

    def render_svg(self, render_id: int | str, words: Sequence[Any], arcs: Sequence[Arc]) -> str:
        """The picture of a parse."""
        self.levels = self.get_levels(arcs)
        self.highest_level = max(self.levels.values(), default=0)
        self.offset_y = self.distance / 2 * self.highest_level + self.arrow_stroke
        self.width = self.offset_x + len(words) * self.distance
        self.height = self.offset_y + 3 * self.word_spacing
        self.id = render_id
        drawn = [
            self.render_word(word["text"], word["tag"], word.get("lemma"), number) for number, word in enumerate(words)
        ]
        drawn += [
            self.render_arrow(arc["label"], arc["start"], arc["end"], arc["dir"], number)
            for number, arc in enumerate(arcs)
        ]
        return templates.SVG.format(
            id=self.id,
            width=self.width,
            height=self.height,
            color=self.color,
            bg=self.bg,
            font=self.font,
            content="".join(drawn),
            dir=self.direction,
            lang=self.lang,
        )

    def _x(self, x: float) -> float:
        return self.width - x if self.direction == "rtl" else x

    def render_word(self, text: str, tag: str, lemma: str | None, i: int) -> str:
        """A word and its tag in the picture."""
        x, y = self._x(self.offset_x + i * self.distance), self.offset_y + self.word_spacing
        if lemma is None:
            return templates.WORD.format(text=escape_html(text), tag=tag, x=x, y=y)
        return templates.WORD_WITH_LEMMA.format(text=escape_html(text), tag=tag, lemma=lemma, x=x, y=y)

    def render_arrow(self, label: str, start: int, end: int, direction: str, i: int) -> str:
        """direction: left or right, where the arrow's head is."""
        if start < 0 or end < 0:
            raise ValueError(Errors.E157.format(start=start, end=end, label=label, dir=direction))
        level = self.levels[(start, end, label)]
        y = self.offset_y
        x_start = self._x(self.offset_x + start * self.distance + self.arrow_spacing)
        gap = self.arrow_spacing * (self.highest_level - level) / 4
        x_end = self._x(self.offset_x + (end - start) * self.distance + start * self.distance - gap)
        y_curve = self.offset_y - level * self.distance / (6 if self.compact else 2)
        if y_curve == 0 and self.highest_level > 5:
            y_curve = -self.distance
        return templates.ARC.format(
            id=self.id,
            i=i,
            stroke=self.arrow_stroke,
            head=self.get_arrowhead(direction, x_start, y, x_end),
            label=label,
            label_side="right" if self.direction == "rtl" else "left",
            arc=self.get_arc(x_start, y, y_curve, x_end),
        )

    def get_arc(self, x_start: float, y: float, y_curve: float, x_end: float) -> str:
        """The arc's path: a curve, or three lines."""
        curve = "" if self.compact else "C"
        return f"M{x_start},{y} {curve}{x_start},{y_curve} {x_end},{y_curve} {x_end},{y}"

    def get_arrowhead(self, direction: str, x: float, y: float, end: float) -> str:
        """The path of the triangle at the arc's start or end."""
        half = self.arrow_width - 2
        points = (x, x - half, x + half) if direction == "left" else (end, end + half, end - half)
        top = y - self.arrow_width
        return f"M{points[0]},{y + 2} L{points[1]},{top} {points[2]},{top}"

    def get_levels(self, arcs: Sequence[Arc]) -> dict[tuple[int, int, str], int]:
        """How high each arc is: above all shorter ones that it covers. Equal arcs are one."""
        different = [dict(items) for items in {tuple(sorted(arc.items())) for arc in arcs}]
        highest = [0] * max((arc["end"] for arc in different), default=0)
        levels = {}
        for arc in sorted(different, key=lambda arc: arc["end"] - arc["start"]):
            start, end = arc["start"], arc["end"]
            level = max(highest[start:end]) + 1
            highest[start:end] = [level] * len(highest[start:end])
            levels[(start, end, arc["label"])] = level
        return levels
