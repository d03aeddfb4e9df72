"""tern for Python: spaCy's CNN pipelines at the speed of C. tern_nlp.spacy runs tern inside spaCy."""

from __future__ import annotations

import sys

from ._tern import version as __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from . import about as about
    from . import cli as cli
    from . import displacy as displacy
    from . import lang as lang
    from . import matcher as matcher
    from . import pipeline as pipeline
    from . import scorer as scorer
    from . import tables as tables
    from . import tokenizer as tokenizer
    from . import tokens as tokens
    from . import training as training
    from . import util as util
    from .glossary import explain as explain
    from .language import Language as Language
    from .registrations import registry as registry
    from .vocab import Vocab as Vocab

_MODULES = "about cli displacy lang matcher pipeline scorer tables tokenizer tokens training util".split()
__all__ = ["Language", "Vocab", "__version__", "blank", "displacy", "explain", "load", "matcher", "registry"]


def load(
    name: str | Path,
    *,
    vocab: Vocab | bool = True,
    disable: str | Iterable[str] = (),
    enable: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    config: Any = None,
    scores: bool = False,
) -> Language:
    """A pipeline by its name or its .tern file. disable: components that do not run; enable: the only ones that do; exclude: those
    that are not there. scores: entities get scores (Span.score)."""
    from .loading import load as load_file

    return load_file(name, vocab=vocab, disable=disable, enable=enable, exclude=exclude, config=config, scores=scores)


def blank(name: str, *, vocab: Vocab | bool = True, config: Any = None, meta: dict[str, Any] | None = None) -> Language:
    """A pipeline of a language's tokenizer alone: blank("en")."""
    from .util import get_lang_class

    del config  # has nothing to say of a pipeline without components
    return get_lang_class(name)(vocab, meta=meta)


class _Elsewhere:
    """Says of spaCy's modules that are not here where they are."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> None:
        if name.startswith(f"{__name__}."):
            from .elsewhere import refuse_module

            refuse_module(name[len(__name__) + 1 :])


if not any(getattr(finder, "__name__", "") == "_Elsewhere" for finder in sys.meta_path):
    sys.meta_path.append(_Elsewhere)


def __getattr__(name: str) -> Any:
    """What takes time to import is imported when it is asked for."""
    if name == "Language":
        from .language import Language

        return Language
    if name == "Vocab":
        from .vocab import Vocab

        return Vocab
    if name == "explain":
        from .glossary import explain

        return explain
    if name == "registry":
        from .registrations import registry

        return registry
    if name in _MODULES:
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'tern_nlp' has no attribute {name!r}")
