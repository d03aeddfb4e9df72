"""The table of docs/models.md says what the converter knows: every factory, every architecture, and no other."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
import spacy
import spacy.lang
from common import ROOT
from convert import architectures
from convert.errors import ConvertError
from convert.factories import ALIASES, FACTORIES
from convert.pattern_numbers import number_pattern
from convert.unsupported import REASONS
from spacy.attrs import LIKE_NUM
from spacy.lang.lex_attrs import like_num

DOCUMENT = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
WORDS = {
    "Tok2Vec": "own encoder",
    "Tok2VecListener": "listen",
    "TextCatBOW": "bag of words",
    "TextCatCNN": "CNN",
    "TextCatReduce": "reduce",
    "TextCatEnsemble": "ensemble",
    "TextCatParametricAttention": "parametric attention",
}
"""Architectures that the table calls otherwise."""


def table() -> dict[str, str]:
    """First column -> the second, of what converts."""
    rows = DOCUMENT.split("## What converts\n\n")[1].split("\n\n")[0].splitlines()[2:]
    return dict(row.strip("| ").split(" | ", 1) for row in rows)


def known_architectures() -> Iterator[str]:
    """Names without version."""
    for value in vars(architectures).values():
        for name in (value,) if isinstance(value, str) else value if isinstance(value, (tuple, list, dict)) else ():
            found = re.fullmatch(r"(?:spacy\.)?([A-Z]\w+)\.v\d", name) if isinstance(name, str) else None
            if found:
                yield found[1]


def test_components() -> None:
    listed = [name for names in table() for name in names.split(", ")]
    assert sorted(listed) == sorted({"tokenizer", *FACTORIES, *ALIASES})
    assert not set(listed) & set(REASONS)


def test_architectures() -> None:
    names, text = set(known_architectures()), " ".join(table().values())
    assert len(names) > 10
    assert [name for name in sorted(names) if WORDS.get(name, name) not in text] == []


def own_numbers() -> Iterator[bool]:
    """Of each language that has a function of its own for LIKE_NUM: is it read?"""
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        try:
            importlib.import_module(f"spacy.lang.{module.name}")
            function = spacy.util.get_lang_class(module.name).Defaults.lex_attr_getters.get(LIKE_NUM)
        except ImportError:
            continue
        if function is None or function is like_num:
            continue
        try:
            number_pattern(function)
        except ConvertError:
            yield False
        else:
            yield True


@pytest.mark.long
def test_numbers_of_languages() -> None:
    read = list(own_numbers())
    assert len(read) > 50 and all(read)
