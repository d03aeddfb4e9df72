"""The three renderers."""

from __future__ import annotations

from .dependencies import DependencyRenderer
from .entities import EntityRenderer
from .markup import DEFAULT_DIR, DEFAULT_ENTITY_COLOR, DEFAULT_LABEL_COLORS, DEFAULT_LANG, escape_html, minify_html
from .spans import SpanRenderer

__all__ = [
    "DEFAULT_DIR",
    "DEFAULT_ENTITY_COLOR",
    "DEFAULT_LABEL_COLORS",
    "DEFAULT_LANG",
    "DependencyRenderer",
    "EntityRenderer",
    "SpanRenderer",
    "escape_html",
    "minify_html",
]
