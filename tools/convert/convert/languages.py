"""Files of languages alone, for tern_nlp.blank: python -m convert.languages FOLDER [LANGUAGE ...].

CODE.json is for Python (language_data.py), CODE.tern for the engine: it has the tokenizer, norms, word flags and noun chunks of one
of spaCy's languages, as they are without a trained pipeline. For a language that another library splits into words (Japanese, ...)
the tokenizer is spaCy's rules.
"""

from __future__ import annotations

import json
import pkgutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import spacy
import spacy.lang

from . import container
from .__main__ import write_file
from .build import characters_and_tokenizer
from .chars import python_facts
from .container import Group, text
from .errors import ConvertError
from .language_data import BASE, data_of
from .norms import check_features, norms_sections
from .noun_chunks import noun_chunk_sections, role_names
from .strings import StringTable, symbols_section
from .tokenizer_tables import pattern_of
from .words import word_sections

RULES = "spacy.Tokenizer.v1"


def codes() -> list[str]:
    """Of all languages of the installed spaCy."""
    return sorted(module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg)


def blank(code: str) -> Any:
    return spacy.blank(code, config={"nlp": {"tokenizer": {"@tokenizers": RULES}}})


def build(code: str) -> list[Group]:
    """The sections of a language's file. Raises ConvertError."""
    nlp = blank(code)
    check_features(nlp.vocab)
    strings = StringTable()
    tokenizer = characters_and_tokenizer(nlp.tokenizer, python_facts(), strings, lambda what: None)
    norms = norms_sections(nlp.vocab, strings, max_load=0.9)
    for name in role_names(nlp):
        strings.number(name)
    chunks = noun_chunk_sections(nlp, strings)
    words = word_sections(nlp.vocab, pattern_of(nlp.tokenizer, "url_match"), strings)
    pipeline = container.Section("pipeline", np.zeros((0, 2), dtype="<u4"))
    meta = json.dumps({"lang": code, "name": "blank", "version": spacy.__version__, "license": "MIT"})
    tables = [*tokenizer, *strings.sections(), *norms, symbols_section(0.9), pipeline, *chunks, *words]
    return [Group("text", tables), Group("description", [text("meta", meta)])]


def write_language(code: str, folder: Path) -> int:
    """Writes folder/CODE.tern and CODE.json; the size of both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what spaCy's expressions hold and Python may read otherwise one day
        data = container.write([group.sections for group in build(code)])
    facts = data_of(code)
    write_file(folder / f"{code}.json", facts)
    write_file(folder / f"{code}.tern", data)
    return len(data) + len(facts)


def is_there(path: Path) -> bool:
    """Has the file been written by this converter?"""
    sources = Path(__file__).parent.glob("*.py")
    return path.is_file() and path.stat().st_mtime > max(source.stat().st_mtime for source in sources)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("languages", nargs=-1, metavar="[LANGUAGE ...]")
def main(folder: Path, languages: Sequence[str]) -> None:
    """Write the files of each of spaCy's languages, or of those named, into a folder; those that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / f"{BASE}.json", data_of(BASE))
    for code in languages or codes():
        if is_there(folder / f"{code}.tern"):
            continue
        try:
            click.echo(f"{code} {write_language(code, folder)}")
        except ConvertError as error:
            click.echo(f"convert: {code}: {error}", err=True)
            sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m convert.languages")
