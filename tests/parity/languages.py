"""The tokenizers of all languages that spaCy cuts by rules, converted and compared with spaCy's on random texts.

    PYTHONPATH=tests:tools/convert python tests/parity/languages.py [--count 2000] [--day 20779] [--all | LANGUAGE ...]

prints a table. Texts come from the language itself (its example sentences, stop words, special cases, what its expressions
match) mixed with what random_texts.py has. They depend on the language and the day only; so do the languages, if none is named.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import importlib
import pkgutil
import random
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import oracle
import spacy
import spacy.lang
from common import BUILD
from convert import container
from convert.__main__ import write_file
from convert.build import convert
from convert.regex_check import PatternTexts
from convert.tokenizer_tables import EXPRESSIONS, pattern_of
from differences import first_difference
from random_texts import TextMaker
from stages import Stages

FEW = 4
RULE_TOKENIZER = "spacy.Tokenizer.v1"
BY_CHOICE = ["ko"]  # has another tokenizer by default; its trained pipelines have this one


def tokenizer_name(code: str) -> str:
    return str(spacy.util.get_lang_class(code).default_config["nlp"]["tokenizer"]["@tokenizers"])


def languages() -> tuple[list[str], list[str]]:
    """Codes of the languages that spaCy can cut by rules, and of those that it leaves to something else by default."""
    codes = sorted(module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg)
    others = [code for code in codes if tokenizer_name(code) != RULE_TOKENIZER]
    return [code for code in codes if code not in others or code in BY_CHOICE], others


@functools.lru_cache(maxsize=2)  # thousands of special cases take spaCy seconds
def blank(code: str) -> Any:
    """A pipeline with nothing but the rule tokenizer. Not to be changed."""
    return spacy.blank(code, config={"nlp": {"tokenizer": {"@tokenizers": RULE_TOKENIZER}}})


def today() -> int:
    return datetime.date.today().toordinal() - datetime.date(1970, 1, 1).toordinal()


def few_of(day: int) -> list[str]:
    """Some languages, others every day; three weeks have them all."""
    codes = languages()[0]
    return sorted({codes[(day * FEW + i) % len(codes)] for i in range(FEW)})


# ---- texts -----------------------------------------------------------------------------------------------------------


def _words(code: str, nlp: Any) -> list[str]:
    """Words of the language's examples, and its stop words."""
    try:
        sentences = importlib.import_module(f"spacy.lang.{code}.examples").sentences
    except ImportError:
        sentences = []
    return sorted({word for sentence in sentences for word in sentence.split()} | nlp.Defaults.stop_words)


class LanguageTexts(TextMaker):
    """Random texts for a blank pipeline."""

    def __init__(self, code: str, nlp: Any, seed: int) -> None:
        words = _words(code, nlp)
        super().__init__(seed, list(nlp.tokenizer.rules), words)
        self.random = random.Random(f"{code} {seed}")
        patterns = [pattern_of(nlp.tokenizer, name) for name in EXPRESSIONS]
        self.matched = [PatternTexts(pattern, self.random) for pattern in patterns if pattern is not None]
        self.makers += [(lambda: self.random.choice(words or self.rules), 60), (self._matched, 30), (self._affixed, 30)]
        self.weights = [weight for _, weight in self.makers]

    def _matched(self) -> str:
        """What an expression matches, or nearly so. Lone surrogates are no text."""
        return re.sub("[\ud800-\udfff]", "", self.random.choice(self.matched).draw())

    def _affixed(self) -> str:
        return self._matched() + self._piece() + self._matched()


# ---- comparison ------------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """sizes: states x columns of each expression; differences: the first of each text that differs."""

    code: str
    texts: int
    sizes: dict[str, str]
    file_size: int
    conversion_seconds: float
    comparison_seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


def convert_blank(code: str, folder: Path) -> tuple[Path, Report]:
    """The file of blank(code), in folder."""
    blank(code).to_disk(folder / code)
    path = folder / f"{code}.tern"
    begin = time.monotonic()
    conversion = convert(str(folder / code), lambda what: None)
    data = container.write([group.sections for group in conversion.groups])
    write_file(path, data)
    tables = {section.name: section.array for group in conversion.groups for section in group.sections}
    sizes = {
        name: "x".join(map(str, tables[f"dfa/{name}/next"].shape))
        for name in EXPRESSIONS
        if f"dfa/{name}/next" in tables
    }
    return path, Report(code, 0, sizes, len(data), time.monotonic() - begin)


def differences(code: str, texts: Sequence[str], program: Path, model: Path) -> list[str]:
    """The first difference of each text that differs: tokens, spaces and the features that embeddings hash."""
    wanted, answers = oracle.answers(blank(code), texts), Stages(program, model, "--features").texts(texts)
    found = (first_difference(text, want, got) for text, want, got in zip(texts, wanted, answers))
    return [difference for difference in found if difference is not None]


def compare(code: str, day: int, count: int, program: Path, folder: Path) -> Report:
    """Converts and compares on count random texts of the day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what spaCy's expressions hold and Python may read otherwise one day
        path, report = convert_blank(code, folder)
        texts = LanguageTexts(code, blank(code), day).texts_of(count)
    begin = time.monotonic()
    report.differences = differences(code, texts, program, path)
    report.texts, report.comparison_seconds = count, time.monotonic() - begin
    return report


COLUMNS = ("language", "texts", "differing", *EXPRESSIONS, "file kB", "convert s", "compare s")


def row(report: Report) -> Sequence[str]:
    return (
        report.code,
        str(report.texts),
        str(len(report.differences)),
        *(report.sizes.get(name, "-") for name in EXPRESSIONS),
        str(report.file_size // 1000),
        f"{report.conversion_seconds:.1f}",
        f"{report.comparison_seconds:.1f}",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("languages", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--day", type=int, default=today())
    options = parser.parse_args(arguments)
    codes = languages()[0] if options.all else options.languages or few_of(options.day)
    reports: list[Report] = []
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        for code in codes:
            report = compare(code, options.day, options.count, BUILD / "tests" / "stages", Path(folder))
            print("| " + " | ".join(row(report)) + " |", flush=True)
            for difference in report.differences[:3]:
                print(f"{code}: {difference}", file=sys.stderr)
            reports.append(report)
    differing = sum(len(report.differences) for report in reports)
    print(
        f"{len(codes)} languages, {sum(report.texts for report in reports)} texts, {differing} differing, day {options.day}"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
