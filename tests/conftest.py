"""What all tests share: where the build and the model are, how to run a built program, and spaCy's pipelines."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Callable

# Before numpy is loaded: on cores that are busy with other workers, threads of BLAS wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before pytest would make empty modules of these names for the folders tests/convert and tests/load.
import convert
import load
import pytest
from common import BUILD, MODEL, REDUCED, SPACY_PACKAGE, Run

if TYPE_CHECKING:
    from opinion_pipeline import Opinions
    from vector_pipeline import VectorPipeline

NOT_THE_PROGRAMS = [
    "bench",
    "convert",
    "deploy",
    "fuzz",
    "golden",
    "install",
    "load",
    "python",
    "sentiment",
    "survey",
    "web",
    "test_documents.py",
    "test_lint.py",
]
"""What tests scripts, Python, documents, the page, packages: what it would find in the build's programs, others find."""
SLOW_PACKAGES = ["spacy", "playwright", "boto3"]
"""Tests skip where one of these is not installed: under --quick they are as if."""

# Under sanitizers: not what builds or measures programs of its own either. The files' names are relative to this folder.
collect_ignore = (
    [*NOT_THE_PROGRAMS, "test_valgrind.py", "parity/test_mutants.py", "parity/test_quickstart.py"] if REDUCED else []
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="only what takes no minute: the programs, without spaCy and browser"
    )
    parser.addoption(
        "--all", action="store_true", help="besides what decides whether a change may land: the long tests"
    )
    today = datetime.date.today().toordinal() - datetime.date(1970, 1, 1).toordinal()
    parser.addoption(
        "--language-day", type=int, default=today, help="day since 1970 that chooses languages and their texts"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--quick"):
        return
    collect_ignore.extend(
        [*NOT_THE_PROGRAMS, "parity", "test_unit.py", "test_valgrind.py"]
    )  # make check runs C's tests with ctest
    for name in SLOW_PACKAGES:
        sys.modules[name] = None  # which lets an import of it fail


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
    items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_report_header(config: pytest.Config) -> str:
    return f"--language-day {config.getoption('--language-day')}"


@pytest.fixture(scope="session")
def build_dir() -> Path:
    """The CMake build tree: TERN_BUILD, else build/."""
    if not BUILD.is_dir():
        pytest.fail(f"no build tree at {BUILD}: build first (make), or set TERN_BUILD", pytrace=False)
    return BUILD


@pytest.fixture(scope="session")
def model_file() -> Path:
    """The converted model: TERN_MODEL_FILE, else weights/en_core_web_sm.tern."""
    if not MODEL.is_file():
        pytest.fail(f"no model file at {MODEL}: convert one, or set TERN_MODEL_FILE", pytrace=False)
    return MODEL


@pytest.fixture(scope="session")
def program(build_dir: Path) -> Callable[[str], Path]:
    """program("tern") or program("tests/stages"): path of a built executable; the test fails if it is not there."""

    def find(name: str) -> Path:
        path = build_dir / name
        if not os.access(path, os.X_OK):
            pytest.fail(f"{path} has not been built", pytrace=False)
        return path

    return find


@pytest.fixture(scope="session")
def run(program: Callable[[str], Path], model_file: Path) -> Run:
    """run("tern", "ner", "text", input=b"...", env={...}, timeout=60): runs a built program with TERN_MODEL set."""

    def call(
        name: str,
        *args: str | Path,
        input: bytes | None = None,
        env: dict[str, str] | None = None,
        timeout: float = 60.0,
    ) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "TERN_MODEL": str(model_file), **(env or {})}
        return subprocess.run(
            [str(program(name)), *map(str, args)],
            input=b"" if input is None else input,
            capture_output=True,
            env=environment,
            timeout=timeout,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def nlp_full():
    """spaCy's whole pipeline, as spacy.load gives it."""
    spacy = pytest.importorskip("spacy")
    return spacy.load(SPACY_PACKAGE)


@pytest.fixture(scope="session")
def nlp_ner():
    """spaCy's NER alone: the other components are not loaded, so no sentence starts are set before it."""
    spacy = pytest.importorskip("spacy")
    others = [name for name in spacy.util.load_model(SPACY_PACKAGE).component_names if name != "ner"]
    return spacy.load(SPACY_PACKAGE, exclude=others)


@pytest.fixture(scope="session")
def vector_pipeline(tmp_path_factory: pytest.TempPathFactory) -> VectorPipeline:
    """A trained pipeline with static vectors, and its file."""
    pytest.importorskip("spacy")
    from corpus import project_texts
    from vector_pipeline import make

    return make(tmp_path_factory.mktemp("vectors"), project_texts())


@pytest.fixture(scope="session")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Opinions:
    """A trained sentiment model, and its file."""
    pytest.importorskip("spacy")
    from opinion_pipeline import save, train

    return save(train(), tmp_path_factory.mktemp("opinions"))
