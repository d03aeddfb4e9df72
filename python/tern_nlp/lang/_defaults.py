"""The Defaults of languages: what of a language's data its class has, read when somebody asks; and what follows from them."""

from __future__ import annotations

from ..attrs import IDS, NORM
from . import _data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..vocab import Vocab

_NAMES = {number: name for name, number in IDS.items() if number != IDS["IS_OOV_DEPRECATED"]}
ANY = "xx"
"""The language of what has none."""
OF_TOKENIZER = ("tokenizer_exceptions", "prefixes", "suffixes", "infixes", "token_match", "url_match")
_OTHERS = ("stop_words", "writing_system", "lex_attr_getters", "syntax_iterators")


class TableNorm:
    """NORM by a table (Haitian)."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self, text: str) -> str:
        found = _data.named(self.code, "lex_attrs", "NORM_MAP").get(text)
        return text.lower() if found is None else str(found)


class StemNorm:
    """NORM without suffixes (Hindi, Nepali)."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self, text: str) -> str:
        return str(_data.model(self.code).lexeme(text)[3])


def _norm(code: str) -> Callable[[str], str]:
    return TableNorm(code) if "NORM_MAP" in _data.raw(code)["modules"].get("lex_attrs", {}) else StemNorm(code)


def lex_attr_getters(code: str) -> dict[int, Callable[[str], Any]]:
    """Those of a language's own."""
    from .lex_attrs import WordFlag

    attrs = _data.facts(code)["lex_attrs"]
    return {attr: _norm(code) if attr == NORM else WordFlag(code, _NAMES[attr]) for attr in attrs}


# ---- noun chunks ------------------------------------------------------------------------------------------------------


class NounChunks:
    """spaCy's function noun_chunks of a language: (start, end, label) of each."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self, doclike: Any) -> Any:
        from .syntax import noun_chunks

        return noun_chunks(doclike, self.code)


def syntax_iterators(code: str) -> dict[str, Callable[[Any], Any]]:
    return {"noun_chunks": NounChunks(code)} if _data.facts(code)["noun_chunks"] else {}


# ---- Defaults ---------------------------------------------------------------------------------------------------------


_WITHOUT_DATA: dict[str, Any] = {
    "tokenizer_exceptions": {},
    "stop_words": set(),
    "writing_system": {"direction": "ltr", "has_case": True, "has_letters": True},
    "lex_attr_getters": {},
    "syntax_iterators": {},
}
"""Of what has no language, and of a package that was built without languages."""


class Lazy:
    """An attribute of Defaults that is read when somebody asks: most never do."""

    def __init__(self, code: str, name: str) -> None:
        self.code = code
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if not _data.codes() or (self.code == _data.BASE and self.name in _OTHERS):
            return _WITHOUT_DATA.get(self.name)
        if self.name == "lex_attr_getters":
            return lex_attr_getters(self.code)
        if self.name == "syntax_iterators":
            return syntax_iterators(self.code)
        if self.name == "writing_system":
            return _data.facts(self.code)["writing_system"]
        return _data.default(self.code, self.name)


def lazy_attributes(code: str) -> dict[str, Any]:
    """Of a class Defaults. code: BASE for that of all languages."""
    return {name: Lazy(code, name) for name in (*OF_TOKENIZER, *_OTHERS)}


def _is_as_in_file(defaults: type, name: str, code: str) -> bool:
    """Is an attribute the language's, whether or not it was read? Not if somebody has put another there, or changed it."""
    lazy = next((vars(each)[name] for each in defaults.__mro__ if name in vars(each)), None)
    if not isinstance(lazy, Lazy) or lazy.code not in (code, _data.BASE):
        return False
    if lazy.code == _data.BASE and code != ANY:
        return False
    return name in ("lex_attr_getters", "syntax_iterators") or _data.is_unchanged(lazy.code, name)


def _code_of(defaults: type) -> str:
    """Of the language's file that a class Defaults goes by."""
    lazies = (value for each in defaults.__mro__ for value in vars(each).values() if isinstance(value, Lazy))
    return next((lazy.code for lazy in lazies if lazy.code != _data.BASE), ANY)


def new_vocab(lang: str | None, defaults: Any) -> Vocab:
    """The vocabulary of a class of languages."""
    from ..vocab import Vocab

    code = _code_of(defaults)
    if code not in _data.codes():
        return Vocab(writing_system=defaults.writing_system)
    vocab = Vocab(writing_system=defaults.writing_system, get_noun_chunks=defaults.syntax_iterators.get("noun_chunks"))
    vocab._use_language(lang or "", _data.model(code).lexeme)
    vocab._words_of = code
    getters = vocab.lex_attr_getters
    if not _is_as_in_file(defaults, "lex_attr_getters", code):
        getters.update(defaults.lex_attr_getters)
        if NORM in defaults.lex_attr_getters:
            from ..util import add_lookups
            from .norm_exceptions import BASE_NORMS

            getters[NORM] = add_lookups(getters[NORM], BASE_NORMS)
    if not _is_as_in_file(defaults, "stop_words", code):
        from functools import partial

        from .lex_attrs import is_stop

        getters[IDS["IS_STOP"]] = partial(is_stop, stops=defaults.stop_words)
    return vocab


def new_tokenizer(vocab: Vocab, lang: str | None, defaults: Any) -> Any:
    """The tokenizer of a class of languages: by the engine if its Defaults are those of the language's file."""
    code = _code_of(defaults)
    if code not in _data.codes():
        return None
    from ._tokenizers import tokenizer_of

    is_as_in_file = all(_is_as_in_file(defaults, name, code) for name in OF_TOKENIZER)
    return tokenizer_of(vocab, code, lang == code, is_as_in_file, defaults)
