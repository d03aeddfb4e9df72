"""Model.lexeme beside spaCy's Lexeme: words of the language, what its expressions match, and odd strings."""

from __future__ import annotations

import importlib
import random
from typing import Any

import languages
import pytest
from common import TINY
from convert.languages import blank
from language_files import language_file
from model_bytes import ModelBytes
from spacy.attrs import IDS

FLAGS = """IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_PUNCT IS_SPACE IS_TITLE IS_UPPER LIKE_URL LIKE_NUM LIKE_EMAIL IS_STOP IS_BRACKET
    IS_QUOTE IS_LEFT_PUNCT IS_RIGHT_PUNCT IS_CURRENCY""".split()
ODD = (
    """http:// https://x www.a www. www.ab a.com a.COM a.b.c/ x.y/:3 a@b.c a@b.c. foo.bar 1,000 -5 3/4 ½ ² ١٢ ١/٢ ~1
    ß ŉ Σ ΑΣ İ ǅ ǆ $ €€ « '' `` XIV Iſ 10th , . a.İ""".split()
    + [" ", "\n", "\u3000", "\x00", "a\x00b", "Ab" * 60, "a" * 120, "a " * 60]
)
CODES = ["en", "la", "ms"]
"""Others by hand: python -m convert.languages and a loop; these have the most of their own."""


def words(code: str, nlp: Any) -> list[str]:
    texts = languages.LanguageTexts(code, nlp, 1).texts_of(100)
    found = {*ODD, *nlp.Defaults.stop_words, *nlp.tokenizer.rules, *texts, *(w for text in texts for w in text.split())}
    for value in vars(importlib.import_module(f"spacy.lang.{code}.lex_attrs")).values():
        if isinstance(value, (list, set)):
            for word in value:
                found |= {word, word.upper(), word.title(), f"-{word}", f"x-{word}", f"{word}.", f"{word}x", word[:-1]}
    source = random.Random(code)
    points = [*range(1, 0x250), *range(0x370, 0x3000), *range(0xE000, 0x11000)]
    found |= {"".join(map(chr, source.choices(points, k=source.randint(1, 5)))) for _ in range(300)}
    return sorted(found - {""})


@pytest.mark.parametrize("code", CODES)
def test_lexemes_are_spacys(code: str, tern: Any) -> None:
    model, nlp = tern.Model(language_file(code)), blank(code)
    for word in words(code, nlp):
        lexeme = nlp.vocab[word]
        flags = sum(1 << IDS[name] for name in FLAGS if lexeme.check_flag(IDS[name]))
        expected = (flags, lexeme.lower_, lexeme.norm_, lexeme.shape_, lexeme.prefix_, lexeme.suffix_)
        found = model.lexeme(word)
        assert (found[0], *found[2:]) == expected, word
        assert found[1] == sum(1 << IDS[name] for name in FLAGS)


def test_a_model_without_a_languages_words_tells_what_characters_tell(tern: Any) -> None:
    flags, known, *forms = tern.Model(TINY).lexeme("The")
    assert flags == sum(1 << IDS[name] for name in ("IS_ALPHA", "IS_ASCII", "IS_TITLE"))
    assert not any(known >> IDS[name] & 1 for name in ("IS_STOP", "LIKE_NUM", "LIKE_URL", "IS_QUOTE", "IS_CURRENCY"))
    assert forms == ["the", "the", "Xxx", "T", "The"]


def test_no_word(tern: Any) -> None:
    model = tern.Model(TINY)
    assert model.lexeme("") == (0, 0, "", "", "", "", "")
    with pytest.raises(UnicodeEncodeError):
        model.lexeme("\ud800")
    for other in (None, b"a", 1):
        with pytest.raises(TypeError):
            model.lexeme(other)


def test_a_long_word(tern: Any) -> None:
    _, _, lower, _, shape, prefix, suffix = tern.Model(TINY).lexeme("Ab" * 2_000_000)
    assert (len(lower), shape, prefix, suffix) == (4_000_000, "LONG", "A", "bAb")


@pytest.mark.parametrize("section, index, value", [("flags/tests", 0, 8), ("flags/next", 0, 0xFFFF)])
def test_damaged_words_are_refused(section: str, index: int, value: int, tern: Any) -> None:
    model = ModelBytes(language_file("en").read_bytes())
    model.set_number(section, index, value)
    with pytest.raises(ValueError, match=section):
        tern.Model(bytes(model.seal().data))
