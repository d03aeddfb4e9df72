"""Documents and their parts."""

from __future__ import annotations

from .doc import Doc
from .doc_bin import DocBin
from .morphanalysis import MorphAnalysis
from .span import Span
from .span_group import SpanGroup
from .token import Token

__all__ = ["Doc", "DocBin", "MorphAnalysis", "Span", "SpanGroup", "Token"]
