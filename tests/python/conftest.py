"""The package tern_nlp out of the build tree, beside spaCy."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from common import BUILD, SPACY_PACKAGE
from language_files import language_file

LANGUAGES = ("en", "xx")
"""Those that the package has in the tests; all, where the target tern_languages was built."""


@pytest.fixture(scope="session")
def package_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an importable tern_nlp, as a wheel would install it."""
    if not (BUILD / "python" / "_tern.abi3.so").is_file():
        pytest.fail(
            f"no extension module in {BUILD}/python: build with -DTERN_PYTHON=ON (make build-tests)", pytrace=False
        )
    for code in LANGUAGES:
        language_file(code)
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(
        ["cmake", "--install", str(BUILD), "--component", "python", "--prefix", str(folder)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return folder


@pytest.fixture(scope="session", autouse=True)
def package(package_folder: Path) -> ModuleType:
    """tern_nlp, also for processes that tests start. What it converts is kept in the build tree, by content."""
    os.environ["XDG_CACHE_HOME"] = str(BUILD / "python" / "cache")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(package_folder), os.environ.get("PYTHONPATH")]))
    sys.path.insert(0, str(package_folder))
    return importlib.import_module("tern_nlp")


@pytest.fixture(scope="session")
def tern(package: ModuleType) -> Any:
    """tern_nlp._tern"""
    return importlib.import_module("tern_nlp._tern")


@pytest.fixture(scope="session")
def inside(package: ModuleType) -> Any:
    """tern_nlp.spacy"""
    return importlib.import_module("tern_nlp.spacy")


@pytest.fixture(scope="session")
def nlp_tern(inside: Any) -> Any:
    """The installed pipeline with tern inside. Not to be changed."""
    return inside.load(SPACY_PACKAGE)
