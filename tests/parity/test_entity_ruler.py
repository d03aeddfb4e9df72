"""The entity ruler beside spaCy's: alone, over, under and before the recogniser, with rival labels for the same tokens."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from common import SPACY_PACKAGE
from comparison import spacy_alone
from corpus import project_texts

LABELS = ("ORG", "GPE", "AAA", "B")
OUT = ("tagger", "parser", "attribute_ruler", "lemmatizer")


def patterns_of(docs: list[Any], count: int, seed: int) -> list[dict[str, Any]]:
    """Phrases and token patterns of the documents' words; some of two labels."""
    source = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        doc = source.choice(docs)
        begin = source.randrange(len(doc))
        span = doc[begin : begin + source.randint(1, 4)]
        one: dict[str, Any] = {"label": source.choice(LABELS)}
        if source.random() < 0.3:
            one["id"] = source.choice(("x", "y", "z"))
        one["pattern"] = span.text
        if source.random() < 0.4:
            any_word = {"IS_ALPHA": True, "OP": source.choice("?*1")}
            one["pattern"] = [{"LOWER": t.lower_} if source.random() < 0.7 else any_word for t in span]
        found.append(one)
        if source.random() < 0.4:
            found.append({**one, "label": f"RIVAL{number % 7}"})
    return found


def ruled(ner: bool = True, seed: int = 0, before: str | None = None, **settings: Any) -> Any:
    nlp = spacy.load(SPACY_PACKAGE, exclude=OUT) if ner else spacy.blank("en")
    docs = [nlp.make_doc(text) for text in project_texts() if text.strip()]
    nlp.add_pipe("entity_ruler", before=before, config=settings).add_patterns(patterns_of(docs, 400, seed))
    return nlp


RECIPES: dict[str, Callable[[], Any]] = {
    "alone": lambda: ruled(ner=False),
    "by shape": lambda: ruled(ner=False, seed=3, phrase_matcher_attr="SHAPE"),
    "overwrites": lambda: ruled(overwrite_ents=True, phrase_matcher_attr="LOWER", seed=2),
    "keeps": lambda: ruled(overwrite_ents=False),
    "before the recogniser": lambda: ruled(before="ner", seed=4),
}


@spacy_alone
@pytest.mark.parametrize("recipe", RECIPES)
def test_entities(
    recipe: str, amount: Callable[[int, int], int], tmp_path: Path, program: Callable[[str], Path]
) -> None:
    texts = [text for text in project_texts() if text.strip()]
    texts = texts[:: max(1, len(texts) // amount(150, len(texts)))]
    pair = small.saved_pair(RECIPES[recipe](), tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    found = [entity for answer in pair.stages().texts(texts) for entity in answer["entities"]]
    assert len({label for *_, label in found}) > 5
