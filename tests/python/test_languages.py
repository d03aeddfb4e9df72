"""All languages without spaCy, beside spaCy's: words of texts and their lexical attributes. A few a day, all with --all."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from typing import Any

import pytest

spacy = pytest.importorskip("spacy")

import languages
from corpus import CORPUS, project_texts, read_texts
from language_files import FOLDER, language_file
from spacy.attrs import IDS

FLAGS = """is_alpha is_ascii is_digit is_lower is_punct is_space is_title is_upper like_url like_num like_email is_stop is_bracket
    is_quote is_left_punct is_right_punct is_currency""".split()
FORMS = ("lower_", "norm_", "shape_", "prefix_", "suffix_", "lang_")
OTHERS = ("ja", "ko", "th", "vi")
"""Whose words another library finds."""
WORDS = 3000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "code" in metafunc.fixturenames:
        ruled, others = languages.languages()
        day = metafunc.config.getoption("--language-day")
        every = metafunc.config.getoption("--all")
        codes = [*ruled, *others] if every else [*languages.few_of(day), others[day % len(others)]]
        metafunc.parametrize("code", sorted({code.partition(" ")[0] for code in codes}))


@pytest.fixture(scope="module")
def data(package: Any) -> Iterator[Any]:
    """tern_nlp.lang._data, with the languages of the build tree."""
    found = importlib.import_module("tern_nlp.lang._data")
    kept = found.FOLDER
    cached = (found.codes, found.model, found.raw, found.facts, found.named)
    found.FOLDER = FOLDER
    for each in cached:
        each.cache_clear()
    yield found
    found.FOLDER = kept
    for each in cached:
        each.cache_clear()


def texts_of(code: str, nlp: Any) -> list[str]:
    """Example sentences, English ones, what the language's expressions match, and its special cases with affixes."""
    try:
        sentences = list(importlib.import_module(f"spacy.lang.{code}.examples").sentences)
    except ModuleNotFoundError:
        sentences = []
    rules = sorted(getattr(nlp.tokenizer, "rules", None) or ())
    drawn = languages.LanguageTexts(code, spacy.blank("xx") if code in OTHERS else nlp, 1).texts_of(60) if rules else []
    return [*sentences, *project_texts()[:60], *rules, *(f"({rule})." for rule in rules[::7]), *drawn]


def words_of(code: str, nlp: Any, texts: list[str]) -> list[str]:
    found = {word for text in texts for word in text.split()} | set(nlp.Defaults.stop_words)
    try:
        values = vars(importlib.import_module(f"spacy.lang.{code}.lex_attrs")).values()
    except ModuleNotFoundError:
        values = ()
    for value in values:
        if isinstance(value, (list, set, tuple)):
            found |= {
                form for word in value if isinstance(word, str) for form in (word, word.upper(), f"x-{word}", word[:-1])
            }
    found |= {"1", "1/2", "10th", "½", "$", "a@b.c", "www.a.b", "http://a", "«", "(", " ", "\n"}
    words = sorted(found - {""})
    return random.Random(1).sample(words, min(WORDS, len(words)))


def tokens(doc: Any) -> list[tuple[Any, ...]]:
    return [(token.text, token.whitespace_, token.norm_, token.idx) for token in doc]


def test_words_and_their_attributes(code: str, package: Any, data: Any) -> None:
    for each in (code, "xx"):
        language_file(each)
    for cached in (data.codes, data.model):
        cached.cache_clear()
    package.util._lang_classes.pop(code, None)
    ours = package.blank(code)
    theirs = languages.blank(code)
    texts = texts_of(code, theirs)
    assert len(texts) > 50
    assert (type(ours).__name__, ours.lang) == (type(theirs).__name__, theirs.lang)
    assert ours.Defaults.stop_words == theirs.Defaults.stop_words
    assert ours.Defaults.writing_system == theirs.Defaults.writing_system
    if languages.tokenizer_name(code) == "spacy.Tokenizer.v1":
        assert ours.tokenizer.rules == theirs.tokenizer.rules
        for text in texts:
            assert tokens(ours(text)) == tokens(theirs(text)), text
    for word in words_of(code, theirs, texts):
        want, got = theirs.vocab[word], ours.vocab[word]
        for name in (*FLAGS, *FORMS):
            assert getattr(got, name) == getattr(want, name), (word, name)
        assert got.check_flag(IDS["IS_STOP"]) == want.check_flag(IDS["IS_STOP"])


def test_texts_of_the_corpus(package: Any, data: Any) -> None:
    """A treebank's sentences, where they are."""
    if not CORPUS.is_file():
        pytest.skip("the corpus is not there")
    for code in ("en", "xx"):
        language_file(code)
    ours, theirs = package.blank("en"), spacy.blank("en")
    for text in read_texts(CORPUS):
        assert tokens(ours(text)) == tokens(theirs(text)), text
