"""Components that overwrite what others, the tokenizer or the caller have set: spaCy's documents.

The parser and NER have no such setting; the sentencizer's is in test_sentencizer.py.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from convert import container
from convert.tiny_recipe import SETTINGS
from lemma_pipelines import random_tables

SEED = 29
FIRST_TOKENS = [" a b", "  a b", "’ a", "x.Com a", ":)x a", "— a", "It's a", "don't a", "a", " ", ""]
"""The tokenizer says of some of them that the first token begins a sentence, and of others it does not."""

LEMMA_RULES = [
    {"patterns": [[{"TAG": tag}]], "attrs": {"LEMMA": lemma, "POS": pos}}
    for tag, lemma, pos in (("NN", "noun!", "NOUN"), ("VBD", "past!", "VERB"), ("IN", "in!", "ADP"))
]


@pytest.fixture(scope="module")
def texts(some_texts: Callable[[int], list[str]]) -> list[str]:
    return FIRST_TOKENS + some_texts(SEED)


def without(pair: small.Pair, name: str, path: Path) -> small.Pair:
    """The same pipeline, but the file lacks a section."""
    sections = [section for section in container.read(pair.file.read_bytes()).values() if section.name != name]
    path.write_bytes(container.write([sections]))
    return small.Pair(pair.nlp, path, pair.program)


# ---- sentence starts -------------------------------------------------------------------------------------------------


def sentence_pipeline(*names: str) -> Any:
    nlp = spacy.blank("en")
    for name in names:
        settings = {} if name == "sentencizer" else SETTINGS[name]
        nlp.add_pipe(name, config={**settings, "overwrite": True} if name == "senter" else settings)
    small.randomise(nlp, small.gold_docs(count=40))
    return nlp


SENTERS = [("sentencizer", "senter"), ("tok2vec", "parser", "senter", "ner"), ("senter", "tok2vec", "parser", "ner")]


@pytest.mark.parametrize("names", SENTERS, ids=" ".join)
def test_senter(names: Any, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    pair = small.saved_pair(sentence_pipeline(*names), tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    choose = random.Random(SEED)
    starts = [choose.choices([1, -1, 0], k=len(pair.nlp.make_doc(text))) for text in texts]
    small.report(pair.differences(texts, sent_starts=starts), texts)
    other = without(pair, "senter/settings", tmp_path / "other.tern")
    assert len(other.differences(texts, sent_starts=starts)) > len(texts) / 20


# ---- annotations of tokens -------------------------------------------------------------------------------------------


def labellers(**settings: Any) -> Any:
    """Tagger, morphologizer and trainable lemmatizer with random weights."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    for name in ("tagger", "morphologizer", "trainable_lemmatizer"):
        nlp.add_pipe(name, config=small.labeller(**settings.get(name, {})))
    small.randomise(nlp, small.gold_docs(small.edit_lemma))
    return nlp


@pytest.mark.parametrize("extend", [False, True])
def test_labellers(extend: bool, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    nlp = labellers(
        tagger={"overwrite": True},
        morphologizer={"overwrite": True, "extend": extend},
        trainable_lemmatizer={"overwrite": True},
    )
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)


@pytest.mark.parametrize("mode", ["rule", "lookup"])
def test_lemmatizer(mode: str, texts: list[str], tmp_path: Path, program: Callable[[str], Path]) -> None:
    """Over the lemmas of the trainable lemmatizer and of the attribute ruler."""
    nlp = labellers()
    nlp.add_pipe("attribute_ruler").add_patterns(LEMMA_RULES)
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": mode, "overwrite": True})
    lemmatizer.initialize(lookups=random_tables(texts, texts_as_lemmas=False))
    pair = small.saved_pair(nlp, tmp_path, program("tests/stages"))
    small.report(pair.differences(texts), texts)
    assert len(without(pair, "lemmatizer/settings", tmp_path / "other.tern").differences(texts)) > len(texts) / 4
