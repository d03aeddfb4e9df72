"""Components whose tables are empty, or that have no rules, labels or marks: what spaCy makes of a text with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert.tiny import seed_weights
from corpus import project_texts
from lemma_pipelines import pipeline
from spacy.lang.es import Spanish
from spacy.lookups import Lookups

TEXTS = 100
LEMMATIZERS = [
    ("en", "rule"),
    ("nb", "rule"),
    ("fr", "rule"),
    ("mk", "rule"),
    ("de", "lookup"),
    ("el", "rule"),
    ("nl", "rule"),
    ("nl", "lookup"),
    ("pl", "pos_lookup"),
    ("it", "pos_lookup"),
    ("es", "rule"),
]
WORDS = "Читајќи readingјќи ΑΣјќи јќи He WALKED homeЈЌИ. Dámelos oslos Los L'altro nienajlepszy 1.234\n\n"


def texts() -> list[str]:
    return [WORDS] + [text for text in project_texts() if text.strip()][:TEXTS]


def compare(nlp: Any, folder: Path, program: Callable[[str], Path]) -> None:
    pair = small.saved_pair(nlp, folder, program("tests/stages"))
    small.report(pair.differences(texts()), texts())


@pytest.mark.parametrize("lang, mode", LEMMATIZERS)
def test_lemmatizers(lang: str, mode: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    lookups = Lookups()
    for tables in (
        spacy.util.get_lang_class(lang)().add_pipe("lemmatizer", config={"mode": mode}).get_lookups_config(mode)
    ):
        for name in tables:
            lookups.add_table(name, {})
    compare(pipeline(lang, mode, lookups), tmp_path, program)


def test_spanish_groups_without_features(tmp_path: Path, program: Callable[[str], Path]) -> None:
    lookups = Lookups()
    for name in Spanish().add_pipe("lemmatizer").get_lookups_config("rule")[0]:
        lookups.add_table(name, {"noun": [["some", []]], "some": [["s", ""]]} if "rules" in name else {})
    compare(pipeline("es", "rule", lookups), tmp_path, program)


@pytest.mark.parametrize("rules", [[], [{"patterns": [], "attrs": {"TAG": "X"}}]])
def test_attribute_ruler(rules: list[Any], tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": small.encoder()}})
    small.randomise(nlp, small.gold_docs(count=40))
    nlp.add_pipe("attribute_ruler").add_patterns(rules)
    compare(nlp, tmp_path, program)


def test_sentencizer(tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer").punct_chars = set()
    compare(nlp, tmp_path, program)


@pytest.mark.parametrize("factory", ["ner", "beam_ner", "parser", "entity_ruler", "span_ruler"])
def test_no_labels(factory: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe(factory)
    nlp.initialize()
    if hasattr(pipe, "model"):
        seed_weights(pipe.model, np.random.RandomState(1))
    compare(nlp, tmp_path, program)
