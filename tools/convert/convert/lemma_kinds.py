"""Which algorithm a lemmatizer follows: told by the functions that it runs, never by its language."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from spacy.lang.ca.lemmatizer import CatalanLemmatizer
from spacy.lang.el.lemmatizer import GreekLemmatizer
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.lang.es.lemmatizer import SpanishLemmatizer
from spacy.lang.fr.lemmatizer import FrenchLemmatizer
from spacy.lang.ht.lemmatizer import HaitianCreoleLemmatizer
from spacy.lang.it.lemmatizer import ItalianLemmatizer
from spacy.lang.mk.lemmatizer import MacedonianLemmatizer
from spacy.lang.nl.lemmatizer import DutchLemmatizer
from spacy.lang.pl.lemmatizer import PolishLemmatizer
from spacy.lang.ru.lemmatizer import RussianLemmatizer
from spacy.pipeline import Lemmatizer

from .constants import LemmatizerKind
from .errors import ConvertError

WITHOUT_RULES = ("", "EOL", "SPACE")
"""Parts of speech that every rule lemmatizer only lower-cases."""

NO_POS = "no part of speech"
"""Stands in tables that are empty, for a section never is: no token has it."""

_KINDS: dict[Any, LemmatizerKind] = {
    Lemmatizer.lookup_lemmatize: LemmatizerKind.LOOKUP,
    FrenchLemmatizer.rule_lemmatize: LemmatizerKind.FRENCH,
    CatalanLemmatizer.rule_lemmatize: LemmatizerKind.FRENCH,
    MacedonianLemmatizer.rule_lemmatize: LemmatizerKind.MACEDONIAN,
    SpanishLemmatizer.rule_lemmatize: LemmatizerKind.SPANISH,
    GreekLemmatizer.rule_lemmatize: LemmatizerKind.GREEK,
    DutchLemmatizer.rule_lemmatize: LemmatizerKind.DUTCH,
    DutchLemmatizer.lookup_lemmatize: LemmatizerKind.LOWER_LOOKUP,
    HaitianCreoleLemmatizer.rule_lemmatize: LemmatizerKind.LOWER_LOOKUP,
    PolishLemmatizer.pos_lookup_lemmatize: LemmatizerKind.POLISH,
    ItalianLemmatizer.pos_lookup_lemmatize: LemmatizerKind.ITALIAN,
}
_BASE_FORMS: dict[Any, LemmatizerKind] = {
    EnglishLemmatizer.is_base_form: LemmatizerKind.ENGLISH,
    Lemmatizer.is_base_form: LemmatizerKind.RULES,
}
_OF_SEVERAL_METHODS = {
    LemmatizerKind.SPANISH: SpanishLemmatizer,
    LemmatizerKind.POLISH: PolishLemmatizer,
    LemmatizerKind.ITALIAN: ItalianLemmatizer,
}
"""Kinds whose rules are spread over methods -> the class that each of these must come from."""


def _function_of(pipe: Any, method: str) -> Any:
    """The function behind a method, or None if the component has another on itself."""
    bound = getattr(pipe, method)
    return getattr(bound, "__func__", None)


def _runs_methods_of(pipe: Any, lemmatizer: type) -> bool:
    return all(
        _function_of(pipe, name) is value for name, value in vars(lemmatizer).items() if isinstance(value, FunctionType)
    )


def _kind(pipe: Any) -> LemmatizerKind | None:
    function = _function_of(pipe, "lemmatize")
    if type(pipe).__call__ is not Lemmatizer.__call__:
        return None
    if function is Lemmatizer.rule_lemmatize:
        return _BASE_FORMS.get(_function_of(pipe, "is_base_form"))
    kind = _KINDS.get(function)
    if kind == LemmatizerKind.FRENCH and _function_of(pipe, "lookup_lemmatize") is not Lemmatizer.lookup_lemmatize:
        return None
    return kind if kind not in _OF_SEVERAL_METHODS or _runs_methods_of(pipe, _OF_SEVERAL_METHODS[kind]) else None


def lemmatizer_kind(pipe: Any) -> LemmatizerKind:
    """LEMMATIZER_*; refuses what runs other code than spaCy's for these."""
    kind = _kind(pipe)
    if kind is not None:
        return kind
    pymorphy = isinstance(pipe, RussianLemmatizer) and pipe.mode.startswith("pymorphy")
    why = (
        "its lemmas come from another library, pymorphy" if pymorphy else "its algorithm is none of those that tern has"
    )
    raise ConvertError(
        f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__} (language {pipe.vocab.lang!r}, "
        f"mode {pipe.mode!r}) is not supported: {why}"
    )
