"""A pytest plugin: spaCy's own tests, as they lie in its installed wheel, run on tern_nlp. `import spacy` leads to `tern_nlp`, and
`spacy.tokens` to `tern_nlp.tokens`; spaCy itself is not imported. What tern_nlp does not have fails where a test uses it, not where
the test's file imports it.

    PYTHONPATH=python/tests python -m pytest -p spacy_on_tern --pyargs spacy.tests.doc
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

OURS = "tern_nlp"
THEIRS = "spacy"
TESTS = "spacy.tests"


def spacy_folder() -> Path:
    """Of the installed spaCy, found without importing it."""
    spec = importlib.machinery.PathFinder.find_spec(THEIRS)
    if spec is None or not spec.submodule_search_locations:
        raise pytest.UsageError("spaCy is not installed: its wheel has the tests")
    return Path(next(iter(spec.submodule_search_locations)))


def spacy_has(name: str) -> bool:
    """Has spaCy a module where tern_nlp would have this one?"""
    place = spacy_folder().joinpath(*name.split(".")[1:])
    return place.is_dir() or any(place.parent.glob(f"{place.name}.*"))


class Missing:
    """Stands for what tern_nlp does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _fail(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotImplementedError(f"tern_nlp has no {self._name}")

    __call__ = __getitem__ = __iter__ = __contains__ = __len__ = _fail

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"{self._name}.{name}")


def _imported_by_a_test() -> bool:
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") == "importlib._bootstrap":
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")).startswith(TESTS)


def _forgive(module: ModuleType) -> None:
    """Gives a test's file something to import for each name that the module lacks."""
    own = vars(module).get("__getattr__")

    def find(name: str) -> Any:
        try:
            if own is not None:
                return own(name)
        except (AttributeError, NotImplementedError):
            pass
        if name.startswith("__") or not _imported_by_a_test():
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return Missing(f"{module.__name__}.{name}")

    if getattr(own, "__name__", "") != "find":
        vars(module)["__getattr__"] = find


class Alias:
    """Loader: the module of tern_nlp itself, under spaCy's name too."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spec: Any = None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        try:
            module = importlib.import_module(self.name)
        except ModuleNotFoundError as error:
            is_told = isinstance(error, NotImplementedError)  # tern_nlp.elsewhere
            if not is_told and (error.name is None or not self.name.startswith(error.name) or not spacy_has(self.name)):
                raise
            module = ModuleType(self.name)
            module.__path__ = []
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import system has just set the alias's
        _forgive(module)


_shadowed: list[tuple[ModuleType, str, Any]] = []


def _note_shadow(name: str) -> None:
    """A module's name may also be that of a function in its package (spacy.displacy.render), which the module must not hide."""
    package, _, last = name.rpartition(".")
    known = vars(sys.modules.get(package, sys)).get(last)
    if callable(known):
        _shadowed.append((sys.modules[package], last, known))


def pytest_collection_finish() -> None:
    for package, name, known in _shadowed:
        setattr(package, name, known)


class Finder:
    """Meta path finder for spacy and everything in it but its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name == TESTS:
            return importlib.machinery.PathFinder.find_spec(name, [self.folder])
        if name.startswith(f"{TESTS}.") or not (name == THEIRS or name.startswith(f"{THEIRS}.")):
            return None
        _note_shadow(name)
        return importlib.util.spec_from_loader(name, Alias(OURS + name[len(THEIRS) :]), is_package=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path, help="JSON file for {test: outcome}")


class Outcomes:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.found: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.found[report.nodeid] = "failed"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            outcome = "xfailed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
            if self.found.get(report.nodeid) != "failed":
                self.found[report.nodeid] = outcome

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.found, indent=0, sort_keys=True))


def pytest_configure(config: pytest.Config) -> None:
    for marker in ("issue(number)", "slow"):
        config.addinivalue_line("markers", marker)
    file = config.getoption("--outcomes")
    if file is not None:
        config.pluginmanager.register(Outcomes(file))


def install() -> None:
    if THEIRS in sys.modules:
        raise pytest.UsageError("spaCy is imported already: this plugin must come first")
    sys.meta_path.insert(0, Finder(spacy_folder()))


install()  # now: pytest imports the tests' conftest.py before it asks plugins for anything
