"""Documents and their parts."""

from __future__ import annotations

from .doc import Doc
from .span import Span
from .token import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .doc_bin import DocBin
    from .morphanalysis import MorphAnalysis
    from .span_group import SpanGroup

__all__ = ["Doc", "DocBin", "MorphAnalysis", "Span", "SpanGroup", "Token"]


_LATER = {"DocBin": "doc_bin", "MorphAnalysis": "morphanalysis", "SpanGroup": "span_group"}


def __getattr__(name: str) -> Any:
    """What most programs do not need is imported when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
