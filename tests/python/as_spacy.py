"""`import spacy` leads to tern_nlp, for a library that is to run without spaCy: import this first."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from types import ModuleType
from typing import Any


class Alias:
    """Loader: the module of tern_nlp itself, under spaCy's name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spec: Any = None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.name)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import system has just set the alias's


class Finder:
    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] != "spacy":
            return None
        return importlib.util.spec_from_loader(name, Alias("tern_nlp" + name[len("spacy") :]), is_package=True)


sys.meta_path.insert(0, Finder())  # type: ignore[arg-type]
