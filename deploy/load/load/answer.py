"""Is an answer of POST /ner right? Anything else than exactly the expected entities, with scores or without, is a failure."""

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
    found = [without_score(entity) for entity in entities]
    if found not in (list(expected), [spacys(entity) for entity in expected]):
        return f"{payload}: entities differ from spaCy's"
    return None


def without_score(entity: Any) -> Any:
    """How probable an entity is depends on the model's temperature; it is a share of 1 in any case."""
    score = entity.get("score") if isinstance(entity, dict) else None
    if not isinstance(score, (int, float)) or not 0 <= score <= 1:
        return entity
    return {key: value for key, value in entity.items() if key != "score"}


def spacys(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entity in the service's format "spacy"."""
    return {{"start": "start_char", "end": "end_char"}.get(key, key): value for key, value in entity.items()}
