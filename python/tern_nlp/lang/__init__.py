"""spaCy's languages: `tern_nlp.lang.de.German`, `tern_nlp.lang.de.stop_words.STOP_WORDS`, … as spaCy's modules of these names.

No language has a file of code. Modules are made when they are imported, of a language's data (data/CODE.json, taken from spaCy when
the package was built); what its words are and how texts are cut is in data/CODE.tern, which the engine reads.
"""

from __future__ import annotations

import importlib.machinery
import sys
from types import ModuleType

from . import _data
from ._data import codes, model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["codes", "language_class", "model"]


def language_class(code: str) -> Any:
    """The class of a language. Raises ImportError."""
    from . import _modules

    return _modules.language_class(code)


class _Finder:
    """Finds the modules that are made of data."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if not name.startswith(__name__ + ".") or not _exists(name[len(__name__) + 1 :].split(".")):
            return None
        is_package = name.count(".") == __name__.count(".") + 1 and name.rpartition(".")[2] not in _data.SHARED
        return importlib.machinery.ModuleSpec(name, _Loader(), is_package=is_package)  # type: ignore[arg-type]


class _Loader:
    @staticmethod
    def create_module(spec: Any) -> None:
        return None

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        from . import _modules

        _modules.fill(module, module.__name__[len(__name__) + 1 :].split("."))


def _exists(parts: Sequence[str]) -> bool:
    if len(parts) == 1:
        return parts[0] in _data.SHARED or parts[0] in codes()
    return len(parts) == 2 and parts[0] in codes() and parts[1] in _data.module_names(parts[0])


if not any(finder is _Finder for finder in sys.meta_path):
    sys.meta_path.append(_Finder)
