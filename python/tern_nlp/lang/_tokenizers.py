"""The tokenizers of languages."""

from __future__ import annotations

from .. import util
from ..tokenizer import DummyTokenizer, Tokenizer
from . import _data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..tokens import Doc
    from ..vocab import Vocab

RULES = "spacy.Tokenizer.v1"
LIBRARIES = {"ja": "SudachiPy", "ko": "natto-py with mecab-ko", "th": "PyThaiNLP", "vi": "Pyvi"}
"""Languages whose words another library finds."""


class _OtherTokenizer(DummyTokenizer):
    """Stands where spaCy has another library's tokenizer."""

    def __init__(self, vocab: Vocab, code: str) -> None:
        self.vocab = vocab
        self.code = code

    def __call__(self, text: str) -> Doc:
        raise NotImplementedError(
            f"tern_nlp does not cut the language {self.code!r}, for which spaCy takes {LIBRARIES[self.code]}: give it words, "
            "nlp(Doc(nlp.vocab, words=…)), set nlp.tokenizer to a function of a text that makes a Doc, or use tern_nlp.spacy"
        )


class CharacterTokenizer(DummyTokenizer):
    """Each character is a word: Chinese, as spaCy cuts it by default."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        from ..tokens import Doc

        words, spaces = util.get_words_and_spaces(list(text), text)
        return Doc(self.vocab, words=words, spaces=spaces)


def tokenizer_settings(defaults: Any) -> Mapping[str, Any]:
    """Arguments of Tokenizer beside the vocabulary."""
    compiled = (
        ("prefix_search", defaults.prefixes, util.compile_prefix_regex, "search"),
        ("suffix_search", defaults.suffixes, util.compile_suffix_regex, "search"),
        ("infix_finditer", defaults.infixes, util.compile_infix_regex, "finditer"),
    )
    found = {name: getattr(compile_(rules), method) for name, rules, compile_, method in compiled if rules}
    found |= {"token_match": defaults.token_match, "url_match": defaults.url_match}
    return {"rules": defaults.tokenizer_exceptions, **found}


def tokenizer_of(vocab: Vocab, code: str, is_languages: bool, is_as_in_file: bool, defaults: Any) -> Any:
    """Of a class of languages that goes by a language's file. is_languages: it is that language's own class; is_as_in_file:
    nobody has changed a rule."""
    if _data.facts(code)["tokenizer"] != RULES and is_languages:
        return CharacterTokenizer(vocab) if code == "zh" else _OtherTokenizer(vocab, code)
    if is_as_in_file:
        return Tokenizer.of_engine(vocab, _data.model(code), lambda: tokenizer_settings(defaults))
    return Tokenizer(vocab, **tokenizer_settings(defaults))


def tokenizer_of_file(engine: Any) -> Tokenizer:
    """Of a pipeline's file, with the rules of its language. NotImplementedError if the file has others."""
    code = engine.description.get("model", {}).get("lang", "")
    try:
        settings = tokenizer_settings(util.get_lang_class(code).Defaults)
    except ImportError:
        settings = None
    if settings is None or not engine.model.has_tokenizer or not _cut_alike(engine, settings):
        raise NotImplementedError(
            f"the rules of the tokenizer of {engine.path} are not those of the language {code!r} in tern_nlp: set nlp.tokenizer to "
            "another one, or change them in spaCy, by tern_nlp.spacy.load"
        )
    return Tokenizer.of_engine(engine.vocab, engine.model, lambda: settings)


def _cut_alike(engine: Any, settings: Mapping[str, Any]) -> bool:
    """Do the file and the language's rules agree about all special cases, with and without affixes?"""
    rules = sorted(settings["rules"])
    text = " ".join([*rules, *(f'("{rule}-x).' for rule in rules)])
    (doc,) = engine.docs([text], [])
    return bool([token.text for token in doc] == Tokenizer(engine.vocab, **settings).words(text))
