"""tern_nlp's Tokenizer and modules of languages beside spaCy's: by the engine, by its functions, with rules that are changed."""

from __future__ import annotations

import importlib
import pickle
import re
from types import SimpleNamespace
from typing import Any

import languages
import pytest
from convert.languages import blank
from language_files import FOLDER, language_file
from spacy.symbols import NORM, ORTH

CODES = ["en", "la", "ms"]
SHARED = {"char_classes": "ALPHA CURRENCY", "punctuation": "TOKENIZER_INFIXES", "norm_exceptions": "BASE_NORMS"}


@pytest.fixture(scope="module")
def ours(package: Any) -> Any:
    """Modules of tern_nlp, with the languages of the build tree."""
    names = ("lang", "lang._data", "lang._defaults", "lang._tokenizers", "tokenizer", "tokens", "util", "vocab")
    found = SimpleNamespace(**{name.rpartition(".")[2]: importlib.import_module(f"tern_nlp.{name}") for name in names})
    for code in (*CODES, "xx"):
        language_file(code)
    found._data.FOLDER = FOLDER
    for cached in (found._data.codes, found._data.model, found._data.raw, found._data.facts, found._data.named):
        cached.cache_clear()
    return found


def defaults_of(ours: Any, code: str) -> Any:
    return type("Defaults", (), ours._defaults.lazy_attributes(code))


def tokens(doc: Any) -> list[tuple[Any, ...]]:
    return [(token.text, token.whitespace_, token.idx, token.norm_) for token in doc]


def by_functions(ours: Any, code: str) -> Any:
    settings = ours._tokenizers.tokenizer_settings(defaults_of(ours, code))
    return ours.tokenizer.Tokenizer(ours._defaults.new_vocab(code, defaults_of(ours, code)), **settings)


@pytest.fixture(scope="module", params=CODES)
def both(request: pytest.FixtureRequest, ours: Any) -> Any:
    """A language's tokenizer in spaCy and here, by functions; texts."""
    nlp = blank(request.param)
    texts = ["", " ", "  a", "a ", "\n", "a\n\nb", *languages.LanguageTexts(request.param, nlp, 3).texts_of(60)]
    return SimpleNamespace(
        code=request.param, theirs=nlp.tokenizer, ours=by_functions(ours, request.param), texts=texts
    )


def test_by_functions(both: Any) -> None:
    for text in both.texts:
        assert tokens(both.ours(text)) == tokens(both.theirs(text)), text


def test_by_the_engine(both: Any, ours: Any) -> None:
    defaults = defaults_of(ours, both.code)
    tokenizer = ours._defaults.new_tokenizer(ours._defaults.new_vocab(both.code, defaults), both.code, defaults)
    assert tokenizer._engine is not None
    for text in both.texts:
        assert tokens(tokenizer(text)) == tokens(both.theirs(text)), text
    assert tokenizer._engine is not None and tokenizer._source is not None


def test_explain(both: Any) -> None:
    for text in ("", "(don't!)", "U.S.A.'s", "a-b/c", "x@y.com", "10km ", "ca n't", *both.texts[6:26]):
        assert both.ours.explain(text) == both.theirs.explain(text), text


CHANGES = {
    "a special case": lambda t: t.add_special_case("gimme", [{ORTH: "gim", NORM: "give"}, {ORTH: "me"}]),
    "one with affixes and a blank": lambda t: t.add_special_case("(a b)", [{ORTH: "("}, {ORTH: "a b"}, {ORTH: ")"}]),
    "no rules": lambda t: setattr(t, "rules", {}),
    "no prefixes": lambda t: setattr(t, "prefix_search", None),
    "other suffixes": lambda t: setattr(t, "suffix_search", re.compile("[a-c!]$").search),
    "other infixes": lambda t: setattr(t, "infix_finditer", re.compile("e|-").finditer),
    "whole tokens": lambda t: setattr(t, "token_match", re.compile("^[a-z(]+!$").match),
    "no addresses": lambda t: setattr(t, "url_match", None),
    "all special cases searched": lambda t: setattr(t, "faster_heuristics", False),
}
TEXT = "gimme gimme! (a b) (gimme) gimme-gimme don't the-end (yes! http://a.com/x?y=z, www.b.org. abc! U.S. :) ;-) a.m. 10am"


@pytest.mark.parametrize("change", CHANGES)
def test_rules_that_are_changed(change: str, ours: Any) -> None:
    theirs = blank("en").tokenizer
    defaults = defaults_of(ours, "en")
    tokenizer = ours._defaults.new_tokenizer(ours._defaults.new_vocab("en", defaults), "en", defaults)
    CHANGES[change](theirs)
    CHANGES[change](tokenizer)
    assert tokens(tokenizer(TEXT)) == tokens(theirs(TEXT))
    assert tokenizer.explain(TEXT) == theirs.explain(TEXT)
    again = pickle.loads(pickle.dumps(tokenizer))
    if change != "all special cases searched":  # spaCy's pickle leaves that out, too
        assert tokens(again(TEXT)) == tokens(theirs(TEXT))
    saved = ours.tokenizer.Tokenizer(tokenizer.vocab).from_bytes(tokenizer.to_bytes(exclude=["vocab"]))
    assert tokens(saved(TEXT)) == tokens(theirs(TEXT))


def test_texts_without_an_added_special_case_stay_the_engines(both: Any, ours: Any) -> None:
    """The engine cuts them, and the result is that of Python's rules."""
    defaults = defaults_of(ours, both.code)
    vocab = ours._defaults.new_vocab(both.code, defaults)
    tokenizer, rules = (ours._defaults.new_tokenizer(vocab, both.code, defaults) for _ in range(2))
    theirs = blank(both.code).tokenizer
    rules._leave_engine()
    for word, parts in (("the", ("t", "he")), ("e-m", ("e-", "m")), ("a b", ("a ", "b")), ("(x", ("(x",))):
        for one in (tokenizer, rules, theirs):
            one.add_special_case(word, [{ORTH: part} for part in parts])
    assert tokenizer.takes_engine("A house.") and not tokenizer.takes_engine("Is there one?")
    for text in (*both.texts, "the The (the) e-mail a b. (xy) a  b", "(x"):
        assert tokens(tokenizer(text)) == tokens(theirs(text)) == tokens(rules(text)), text
    assert any(map(tokenizer.takes_engine, both.texts))


def test_a_tokenizer_without_rules(ours: Any) -> None:
    tokenizer = ours.tokenizer.Tokenizer(ours.vocab.Vocab())
    assert [token.text for token in tokenizer("a-b  c.")] == ["a-b", " ", "c."]
    assert tokenizer.find_prefix("(") == 0 and tokenizer.find_infix("-") == 0


def test_special_cases_that_are_none(ours: Any) -> None:
    tokenizer = ours.tokenizer.Tokenizer(ours.vocab.Vocab())
    with pytest.raises(ValueError, match="E997"):
        tokenizer.add_special_case("ab", [{ORTH: "a"}])
    with pytest.raises(ValueError, match="E1005"):
        tokenizer.add_special_case("ab", [{ORTH: "ab", "TAG": "X"}])


def test_default_lists_that_are_changed_count(ours: Any) -> None:
    defaults = type("Changed", (defaults_of(ours, "en"),), {"infixes": ["e"]})
    tokenizer = ours._defaults.new_tokenizer(ours._defaults.new_vocab("en", defaults), "en", defaults)
    assert [token.text for token in tokenizer("end-to-end")] == ["end-to-", "e", "nd"]


# ---- modules -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", SHARED)
def test_modules_of_all_languages(module: str, ours: Any) -> None:
    found, theirs = (importlib.import_module(f"{package}.lang.{module}") for package in ("tern_nlp", "spacy"))
    for name in SHARED[module].split():
        assert getattr(found, name) == getattr(theirs, name)


@pytest.mark.parametrize("code", CODES)
def test_modules_of_a_language(code: str, ours: Any) -> None:
    pytest.importorskip("tern_nlp.language")
    for module, name in (("stop_words", "STOP_WORDS"), ("tokenizer_exceptions", "TOKENIZER_EXCEPTIONS")):
        found, theirs = (
            importlib.import_module(f"{package}.lang.{code}.{module}") for package in ("tern_nlp", "spacy")
        )
        assert getattr(found, name) == getattr(theirs, name)
    found, theirs = (importlib.import_module(f"{package}.lang.{code}.lex_attrs") for package in ("tern_nlp", "spacy"))
    for text in ("", "1", "one", "dua", "x-dua", "XIV", "a", "-3/4"):
        assert found.like_num(text) == theirs.like_num(text)


@pytest.mark.parametrize("name", "bracket quote left_punct right_punct punct currency ascii".split())
def test_flags_of_all_languages(name: str, ours: Any) -> None:
    """Of the engine or of Python's own."""
    found, theirs = (
        getattr(importlib.import_module(f"{package}.lang.lex_attrs"), f"is_{name}") for package in ("tern_nlp", "spacy")
    )
    for text in ("", *map(chr, range(1, 0x2100)), "''", "``", "()", "€€", "❮", "❯", "a("):
        assert found(text) == theirs(text), text


@pytest.mark.parametrize(
    "text", ["", "a@b.c", "a@b.c.", "a@b.", "a@.c", "@b.c", "a_.+-@b-.c", "é@b.c", "a@b", "x a@b.c"]
)
def test_like_email_of_all_languages(text: str, ours: Any) -> None:
    found, theirs = (importlib.import_module(f"{package}.lang.lex_attrs") for package in ("tern_nlp", "spacy"))
    assert found.like_email(text) == bool(theirs.like_email(text))


def test_there_is_no_such_module(ours: Any) -> None:
    for name in ("qq", "en.nothing"):
        with pytest.raises(ImportError):
            importlib.import_module(f"tern_nlp.lang.{name}")
    with pytest.raises(ImportError, match="E048"):
        ours.lang.model("qq")


# ---- noun chunks -----------------------------------------------------------------------------------------------------------


def test_noun_chunks_of_a_parse(ours: Any) -> None:
    model = ours.lang.model("en")
    ids = {name: model.string_id(name) for name in "det nsubj ROOT dobj DET NOUN VERB PROPN nothing".split()}
    deps = [ids[name] for name in ("det", "nsubj", "ROOT", "dobj")]
    pos = [ids[name] for name in ("DET", "NOUN", "VERB", "PROPN")]
    assert model.noun_chunks([1, 2, 2, 2], deps, pos) == [(0, 2), (3, 4)]
    assert model.noun_chunks([1, 2, 2, 2], [ids["nothing"]] * 4, pos) == []
    assert model.noun_chunks([], [], []) == []


@pytest.mark.parametrize("heads", [[2, 0], [1, -1], [1], [1, "a"]])
def test_heads_that_make_no_trees(heads: list[Any], ours: Any) -> None:
    with pytest.raises((ValueError, OverflowError, TypeError)):
        ours.lang.model("en").noun_chunks(heads, [0, 0], [0, 0])


def test_a_language_without_noun_chunks(ours: Any) -> None:
    with pytest.raises(ValueError, match="no noun chunks"):
        ours.lang.model("xx").noun_chunks([0], [0], [0])
