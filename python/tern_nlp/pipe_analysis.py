"""Which components set what others want (Language.analyze_pipes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .components import Components

DEFAULT_KEYS = ("requires", "assigns", "scores", "retokenizes")


def analyze_pipes(nlp: Components, *, keys: Sequence[str] = DEFAULT_KEYS) -> dict[str, Any]:
    """summary: what each component says of itself; problems: what it wants and none before it sets; attrs: who sets and wants
    each."""
    metas = {name: nlp.get_pipe_meta(name) for name in nlp.pipe_names}
    before: set[str] = set()
    problems = {}
    for name, meta in metas.items():
        problems[name] = [attr for attr in dict.fromkeys(meta.requires) if attr not in before]
        before.update(meta.assigns)
    attrs = {attr for meta in metas.values() for attr in (*meta.assigns, *meta.requires)}
    return {
        "summary": {name: {key: getattr(meta, key, None) for key in keys} for name, meta in metas.items()},
        "problems": problems,
        "attrs": {
            attr: {
                kind: [name for name, meta in metas.items() if attr in getattr(meta, kind)]
                for kind in ("assigns", "requires")
            }
            for attr in attrs
        },
    }


def print_pipe_analysis(analysis: dict[str, Any], *, keys: Sequence[str] = DEFAULT_KEYS) -> None:
    """A table of it."""
    rows = [("#", "Component", *(key.capitalize() for key in keys))]
    for i, (name, facts) in enumerate(analysis["summary"].items()):
        cells = (", ".join(value) if isinstance(value, list) else str(value) for value in facts.values())
        rows.append((str(i), name, *cells))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("   ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    found = [
        f"'{name}' requirements not met: {', '.join(attrs)}" for name, attrs in analysis["problems"].items() if attrs
    ]
    print("\n".join(found or ["No problems found."]))
