#!/usr/bin/env python3
"""Runs spaCy's own tests on tern_nlp and holds the outcome against not_passing.txt, the list of those that do not pass and why.

    python python/tests/suite.py                      # the tests that use spaCy as a user does
    python python/tests/suite.py doc matcher -- -x    # some of them; what follows -- goes to pytest
    python python/tests/suite.py --write              # makes the list anew: reasons of tests that are in it stay

Needs an importable tern_nlp (PYTHONPATH, or installed), hypothesis, mock, and spaCy, which is not imported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIST = HERE / "not_passing.txt"
UNKNOWN = "Not looked into."
USER_TESTS = """doc lang matcher morphology test_displacy.py tokenizer vocab_vectors pipeline/test_attributeruler.py
    pipeline/test_entity_ruler.py pipeline/test_pipe_methods.py pipeline/test_sentencizer.py pipeline/test_span_ruler.py
    serialize/test_serialize_doc.py serialize/test_serialize_docbin.py serialize/test_serialize_extension_attrs.py
    serialize/test_serialize_span_groups.py serialize/test_serialize_tokenizer.py serialize/test_serialize_vocab_strings.py
""".split()
"""What neither trains nor looks inside spaCy, in spacy/tests."""


def spacy_tests() -> Path:
    """The folder spacy/tests of the installed wheel, found without importing spaCy."""
    for place in sys.path:
        folder = Path(place or ".", "spacy", "tests")
        if (folder / "conftest.py").is_file():
            return folder
    raise SystemExit("spaCy is not installed: its wheel has the tests")


def run(paths: Sequence[str], options: Sequence[str] = (), *, package: Path | None = None) -> dict[str, str]:
    """{test: outcome}; the test as a path in spacy/tests and names. package: the folder that has tern_nlp; with one, nothing is
    shown."""
    quiet = package is not None
    folder = spacy_tests()
    with tempfile.TemporaryDirectory() as work:
        outcomes = Path(work, "outcomes.json")
        command = [
            sys.executable,
            *f"-m pytest -q -p spacy_on_tern -p no:cacheprovider -c {os.devnull} --tb=short -W ignore".split(),
        ]
        command += ["--rootdir", str(folder), "--slow", "--continue-on-collection-errors"]
        command += ["--outcomes", str(outcomes), *options, *(str(folder / path) for path in paths)]
        given = [os.path.abspath(place) for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
        search = os.pathsep.join([str(HERE), *([str(package)] if package else given)])
        done = subprocess.run(
            command,
            cwd=work,
            env={**os.environ, "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
        )
        if not outcomes.is_file():
            raise RuntimeError(f"pytest ended with {done.returncode} and no outcomes:\n{(done.stdout or '')[-4000:]}")
        found: dict[str, str] = json.loads(outcomes.read_text())
        return found


def failures(outcomes: dict[str, str]) -> Counter[str]:
    """{test without its parameters: how many of its variants fail}"""
    return Counter(test.partition("[")[0] for test, outcome in outcomes.items() if outcome == "failed")


@dataclass(frozen=True)
class Listed:
    count: int
    reason: str


def read_list() -> dict[str, Listed]:
    """Lines "# reason", then "test" or "test count" for each test that the reason is true of."""
    listed, reason = {}, UNKNOWN
    for line in LIST.read_text().splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line:
            test, _, count = line.partition(" ")
            listed[test] = Listed(int(count or 1), reason)
    return listed


def write_list(failed: Counter[str], listed: dict[str, Listed]) -> None:
    reasons: dict[str, list[str]] = {}
    for test, count in sorted(failed.items()):
        reason = listed[test].reason if test in listed else UNKNOWN
        reasons.setdefault(reason, []).append(f"{test} {count}" if count > 1 else test)
    LIST.write_text("\n\n".join("\n".join([f"# {reason}", *reasons[reason]]) for reason in sorted(reasons)) + "\n")


def differences(failed: Counter[str], listed: dict[str, Listed], paths: Iterable[str]) -> list[str]:
    """What fails and is not listed, and what is listed and passes: the list may only shrink."""
    within = tuple(paths)
    known = {test: entry.count for test, entry in listed.items() if test.startswith(within)}
    return [
        f"{test}: {failed[test]} fail, {known.get(test, 0)} are listed"
        for test in sorted({*failed, *known})
        if failed[test] != known.get(test, 0)
    ]


def main() -> int:
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, options = arguments[:cut], arguments[cut + 1 :]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="make the list anew")
    parser.add_argument("paths", nargs="*", help="in spacy/tests")
    chosen = parser.parse_args(arguments)
    paths = chosen.paths or USER_TESTS
    outcomes = run(paths, options)
    print(", ".join(f"{count} {outcome}" for outcome, count in Counter(outcomes.values()).most_common()))
    failed, listed = failures(outcomes), read_list() if LIST.is_file() else {}
    if chosen.write:
        write_list(failed, listed)
        return 0
    found = differences(failed, listed, paths)
    print("\n".join(found) or "as listed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
