"""Is an answer of POST /ner right? Anything else than exactly the expected entities is a failure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

EXCERPT_CHARS = 120


def problem_with(
    status: int, content_type: str | None, body: bytes, expected: Sequence[Mapping[str, Any]], payload: str
) -> str | None:
    """None, or what is wrong. Locust counts failures by this text, so it names the payload but never varies beyond it."""
    if status != 200:
        return f"status {status}: {body[:EXCERPT_CHARS].decode('utf-8', 'replace')}"
    if (content_type or "").split(";")[0].strip().lower() != "application/json":
        return f"content type {content_type!r} instead of application/json"
    try:
        answer = json.loads(body)
    except ValueError:
        return f"not JSON: {body[:EXCERPT_CHARS].decode('utf-8', 'replace')}"
    entities = answer.get("entities") if isinstance(answer, dict) else None
    if not isinstance(entities, list):
        return f'{payload}: no array "entities"'
    if entities not in (list(expected), [spacys(entity) for entity in expected]):
        return f"{payload}: entities differ from spaCy's"
    return None


def spacys(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entity in the service's format "spacy"."""
    return {{"start": "start_char", "end": "end_char"}.get(key, key): value for key, value in entity.items()}
