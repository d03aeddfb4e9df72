"""The span ruler beside spaCy's: its groups of spans, its entities, each filter."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from common import SPACY_PACKAGE
from comparison import spacy_alone
from corpus import project_texts
from test_entity_ruler import OUT, patterns_of

LONGEST = {"@misc": "spacy.first_longest_spans_filter.v1"}
NEW = {"@misc": "spacy.prioritize_new_ents_filter.v1"}
EXISTING = {"@misc": "spacy.prioritize_existing_ents_filter.v1"}


def ruled(ner: bool, before: str | None = None, **settings: Any) -> Any:
    nlp = spacy.load(SPACY_PACKAGE, exclude=OUT) if ner else spacy.blank("en")
    docs = [nlp.make_doc(text) for text in project_texts() if text.strip()]
    nlp.add_pipe("span_ruler", before=before, config=settings).add_patterns(patterns_of(docs, 400, 5))
    return nlp


def twice(**settings: Any) -> Any:
    """A second ruler, whose spans come to those of the first."""
    nlp = ruled(False)
    docs = [nlp.make_doc(text) for text in project_texts() if text.strip()]
    nlp.add_pipe("span_ruler", "second", config={"overwrite": False, **settings}).add_patterns(
        patterns_of(docs, 200, 7)
    )
    return nlp


RECIPES: dict[str, Callable[[], Any]] = {
    "spans": lambda: ruled(False),
    "twice": twice,
    "twice, filtered": lambda: twice(spans_filter=EXISTING),
    "filtered": lambda: ruled(False, spans_filter=LONGEST, spans_key="mine"),
    "overwrites": lambda: ruled(True, annotate_ents=True, phrase_matcher_attr="LOWER"),
    "entities": lambda: ruled(True, annotate_ents=True, overwrite=False),
    "new entities": lambda: ruled(True, annotate_ents=True, overwrite=False, ents_filter=NEW, spans_key=None),
    "existing entities": lambda: ruled(True, annotate_ents=True, overwrite=False, ents_filter=EXISTING),
    "before the recogniser": lambda: ruled(True, before="ner", annotate_ents=True),
}


@spacy_alone
@pytest.mark.parametrize("recipe", RECIPES)
def test_spans(recipe: str, amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]) -> None:
    texts = [text for text in project_texts() if text.strip()]
    texts = texts[:: max(1, len(texts) // amount(120, len(texts)))]
    pair = small.saved_pair(RECIPES[recipe](), tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
