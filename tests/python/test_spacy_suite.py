"""spaCy's own tests on tern_nlp (python/tests): what passes and what does not is as listed. The list may only shrink."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from common import BUILD, ROOT

pytest.importorskip("spacy")  # to make the languages of; the tests run in a process that does not import it
for _needed in ("hypothesis", "mock"):
    pytest.importorskip(_needed)
from convert.languages import codes
from language_files import language_file

sys.path.insert(0, str(ROOT / "python" / "tests"))
import suite

PART = ["doc", "matcher", "morphology", "vocab_vectors", "test_displacy.py", "lang/en", "lang/de"]
"""What fits into every run of the tests; --all runs everything."""
THEIR_LANGUAGES = ["de", "en", "es", "fa", "xx"]


def check(paths: list[str], languages: list[str], least: int, folder: Path) -> None:
    for code in languages:
        language_file(code)
    install = ["cmake", "--install", str(BUILD), "--component", "python", "--prefix", str(folder)]
    subprocess.run(install, check=True, capture_output=True, timeout=60)
    outcomes = suite.run(paths, package=folder)
    differences = suite.differences(suite.failures(outcomes), suite.read_list(), paths)
    assert not differences, "\n".join(differences)
    passed = list(outcomes.values()).count("passed")
    assert passed >= least, f"{passed} passed: were the tests found?"


def test_part_of_spacys_tests(tmp_path: Path) -> None:
    check(PART, THEIR_LANGUAGES, 900, tmp_path)


@pytest.mark.long
def test_spacys_tests(tmp_path: Path) -> None:
    check(suite.USER_TESTS, codes(), 3000, tmp_path)
