"""Which algorithm a lemmatizer follows: told by the functions that it runs, never by its language."""
from __future__ import annotations

from typing import Any, Dict

from spacy.lang.ca.lemmatizer import CatalanLemmatizer
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.lang.es.lemmatizer import SpanishLemmatizer
from spacy.lang.fr.lemmatizer import FrenchLemmatizer
from spacy.lang.mk.lemmatizer import MacedonianLemmatizer
from spacy.pipeline import Lemmatizer

from .errors import ConvertError

ENGLISH, RULES, MACEDONIAN, FRENCH, LOOKUP, SPANISH = range(6)
"""LEMMATIZER_* (engine/model_bind.h). A file without a kind is ENGLISH."""
MAX_RULES = 1024
"""Of one part of speech or list; also forms of an exception (engine/model_bind.h)."""
WITHOUT_RULES = ("", "EOL", "SPACE")
"""Parts of speech that every rule lemmatizer only lower-cases."""

_RULES: Dict[Any, int] = {FrenchLemmatizer.rule_lemmatize: FRENCH, CatalanLemmatizer.rule_lemmatize: FRENCH,
                          MacedonianLemmatizer.rule_lemmatize: MACEDONIAN}
_BASE_FORMS: Dict[Any, int] = {EnglishLemmatizer.is_base_form: ENGLISH, Lemmatizer.is_base_form: RULES}


def _function_of(pipe: Any, method: str) -> Any:
    """The function behind a method, or None if the component has another on itself."""
    bound = getattr(pipe, method)
    return getattr(bound, "__func__", None)


def _is_spanish(pipe: Any) -> bool:
    """Its rules are spread over methods, each of which must be spaCy's."""
    names = [name for name in vars(SpanishLemmatizer) if name.startswith(("rule_", "select_", "lemmatize_"))]
    return all(_function_of(pipe, name) is vars(SpanishLemmatizer)[name] for name in names)


def _rule_kind(pipe: Any) -> Any:
    function = _function_of(pipe, "lemmatize")
    if function is SpanishLemmatizer.rule_lemmatize:
        return SPANISH if _is_spanish(pipe) else None
    if function is not Lemmatizer.rule_lemmatize:
        return _RULES.get(function)
    return _BASE_FORMS.get(_function_of(pipe, "is_base_form"))


def lemmatizer_kind(pipe: Any) -> int:
    """LEMMATIZER_*; refuses what runs other code than spaCy's for these."""
    kind = None
    if type(pipe).__call__ is Lemmatizer.__call__:
        kind = LOOKUP if _function_of(pipe, "lemmatize") is Lemmatizer.lookup_lemmatize else _rule_kind(pipe)
    if kind is None or kind == FRENCH and _function_of(pipe, "lookup_lemmatize") is not Lemmatizer.lookup_lemmatize:
        raise ConvertError(f"component {pipe.name}: {type(pipe).__module__}.{type(pipe).__qualname__} "
                           f"(language {pipe.vocab.lang!r}, mode {pipe.mode!r}) is not supported")
    return int(kind)
