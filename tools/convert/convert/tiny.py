"""The tiny models for tests and fuzzers: python -m convert.tiny [--sentiment] -o FILE.

A real spaCy pipeline with every component, a handful of special cases, short expressions and tables, and seeded random
weights: every section and every kind of layer is there, in less than 64 KiB. What spaCy says about a text with the pipeline of
`build_pipeline` is what the engine must say with the file, as long as the text keeps to `KEPT_RANGES`: outside them the file
holds the Unicode facts only of blocks of 128 code points that are all alike, because the full table alone takes 56 KB.

With --sentiment it is a text classifier of the labels of a sentiment model instead, after a sentencizer.

The file is the same on every machine: the weights come from numpy's frozen RandomState stream, not from training.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
import spacy
from spacy.lookups import Lookups
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.training import Example

from . import container
from .__main__ import write_file
from .build import build_groups
from .chars import BLOCK, CharFacts, python_facts
from .components import labels_of
from .config_check import plan_conversion
from .constants import CODE_POINTS
from .describe import meta_json
from .errors import ConvertError
from .report import print_summary, progress_bar
from .source import Source
from .tiny_recipe import (
    INFIX,
    KEPT_RANGES,
    LEMMA_TABLES,
    LEXEME_NORMS,
    META,
    PREFIX,
    RULER_PATTERNS,
    RULES,
    SENTENCES,
    SENTIMENT_LABELS,
    SENTIMENT_META,
    SENTIMENT_SETTINGS,
    SETTINGS,
    SUFFIX,
    TOKEN,
    URL,
)

MAX_SIZE = 96 * 1024
MAP_LOAD = 0.9
SEED = 3
BIAS = 0.1


def _tokenizer(vocab: Any) -> Tokenizer:
    return Tokenizer(
        vocab,
        rules=RULES,
        prefix_search=re.compile(PREFIX).search,
        suffix_search=re.compile(SUFFIX).search,
        infix_finditer=re.compile(INFIX).finditer,
        url_match=re.compile(URL).match,
        token_match=re.compile(TOKEN).match,
    )


def _lookups(tables: Mapping[str, Mapping[str, Any]]) -> Lookups:
    lookups = Lookups()
    for name, table in tables.items():
        lookups.add_table(name, table)
    return lookups


def seed_weights(model: Any, random: np.random.RandomState) -> None:
    """Random weights of a size that lets every class win now and then; layer norm gains around 1, biases around 0."""
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            shape = node.get_param(name).shape
            centre, spread = (1.0, 0.5) if name == "G" else (0.0, BIAS if name == "b" else 1.0)
            node.set_param(name, (centre + random.uniform(-spread, spread, size=shape)).astype("float32"))


def _add_networks(nlp: Any) -> None:
    for name, settings in SETTINGS.items():
        nlp.add_pipe(name, config=settings)
    doc = Doc(nlp.vocab, words=SENTENCES["words"])
    nlp.initialize(lambda: [Example.from_dict(doc, SENTENCES)])
    random = np.random.RandomState(SEED)
    for name in SETTINGS:
        seed_weights(nlp.get_pipe(name).model, random)


def _add_tables(nlp: Any) -> None:
    """The components without a network; nlp.initialize would empty them, or look for their tables in another package."""
    nlp.add_pipe("attribute_ruler", before="ner").add_patterns(RULER_PATTERNS)
    nlp.add_pipe("lemmatizer", before="ner").initialize(lookups=_lookups(LEMMA_TABLES))


def blank(lang: str = "en") -> Any:
    """A language with the tiny tokenizer and table of norms."""
    nlp = spacy.blank(lang)
    nlp.vocab.lookups = _lookups({"lexeme_norm": LEXEME_NORMS})
    nlp.tokenizer = _tokenizer(nlp.vocab)
    return nlp


def build_pipeline(folder: Path) -> Any:
    """Saves the tiny pipeline to folder and returns it loaded from there, with no lexeme from before its norm table."""
    nlp = blank()
    _add_networks(nlp)
    _add_tables(nlp)
    nlp.disable_pipe("senter")
    nlp.to_disk(folder)
    return spacy.load(folder)


def build_sentiment_pipeline(folder: Path) -> Any:
    """The same of the sentiment model."""
    nlp = blank()
    for name, settings in SENTIMENT_SETTINGS.items():
        nlp.add_pipe(name, config=settings)
    cats = {label: float(not index) for index, label in enumerate(SENTIMENT_LABELS)}
    nlp.initialize(lambda: [Example.from_dict(Doc(nlp.vocab, words=SENTENCES["words"]), {"cats": cats})])
    seed_weights(nlp.get_pipe("textcat").model, np.random.RandomState(SEED))
    nlp.to_disk(folder)
    return spacy.load(folder)


def reduced_facts(facts: CharFacts) -> CharFacts:
    """Facts of KEPT_RANGES and of uniform blocks; every other code point gets none."""
    keep = np.zeros(CODE_POINTS, dtype=bool)
    for begin, end in KEPT_RANGES:
        keep[begin:end] = True
    flags, lower = facts.flags.reshape(-1, BLOCK), facts.lower.reshape(-1, BLOCK)
    uniform = np.all(flags == flags[:, :1], axis=1) & np.all(lower == lower[:, :1], axis=1)
    keep |= np.repeat(uniform, BLOCK)
    return CharFacts(np.where(keep, facts.flags, 0).astype("<u2"), np.where(keep, facts.lower, 0).astype("<i4"))


def build_file(sentiment: bool = False) -> tuple[list[container.Group], bytes]:
    """Groups and bytes of the tiny model, or of the one for sentiment."""
    with tempfile.TemporaryDirectory() as folder, progress_bar() as progress:
        nlp = (build_sentiment_pipeline if sentiment else build_pipeline)(Path(folder))
        plan = plan_conversion(nlp.config.interpolate())
        meta = meta_json(SENTIMENT_META if sentiment else META, Source(Path(folder)), {}, plan, labels_of(nlp, plan))
        groups = build_groups(nlp, plan, meta, reduced_facts(python_facts()), progress, MAP_LOAD)
    data = container.write([group.sections for group in groups])
    if len(data) >= MAX_SIZE:
        raise ConvertError(f"the tiny model has {len(data)} bytes; it must stay below {MAX_SIZE}")
    return groups, data


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-o", "--output", required=True, metavar="FILE", help="The .tern file to write.")
@click.option("--sentiment", is_flag=True, help="The one that classifies texts instead.")
def main(output: str, sentiment: bool) -> None:
    """Write a tiny model that tests and fuzzers use."""
    try:
        groups, data = build_file(sentiment)
        write_file(Path(output), data)
    except ConvertError as error:
        click.echo(f"convert.tiny: {error}", err=True)
        sys.exit(2)
    print_summary(output, groups, len(data))


if __name__ == "__main__":
    main(prog_name="python -m convert.tiny")
