"""SpanGroups, where spaCy has it."""

from __future__ import annotations

from .span_groups import SpanGroups as SpanGroups
