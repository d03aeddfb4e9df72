"""The tiny model for tests and fuzzers: python -m convert.tiny -o FILE.

A real spaCy pipeline with a handful of special cases, short expressions and a named entity recogniser with seeded random
weights: every section and every kind of layer is there, in less than 64 KiB. What spaCy says about a text with the pipeline of
`build_pipeline` is what the engine must say with the file, as long as the text keeps to `KEPT_RANGES`: outside them the file
holds the Unicode facts only of blocks of 128 code points that are all alike, because the full table alone takes 56 KB.

The file is the same on every machine: the weights come from numpy's frozen RandomState stream, not from training.
"""
from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

import click
import numpy as np
import spacy
from spacy.lookups import Lookups
from spacy.tokenizer import Tokenizer
from spacy.training import Example

from . import container
from .__main__ import write_file
from .build import build_groups
from .chars import BLOCK, CODE_POINTS, CharFacts, python_facts
from .config_check import plan_conversion
from .describe import meta_json
from .errors import ConvertError
from .report import print_summary, progress_bar
from .source import Source

MAX_SIZE = 64 * 1024
SYMBOL_LOAD = 0.9
SEED = 3

KEPT_RANGES = ((0x0000, 0x0600), (0x2000, 0x2100), (0x3000, 0x3100))
"""Half-open ranges of code points with all Unicode facts: Latin, Greek, Cyrillic, Hebrew, punctuation, kana."""

LABELS = ("GPE", "ORG", "PERSON")

RULES: Dict[str, List[Dict[str, str]]] = {
    " ": [{"ORTH": " "}],
    "\n": [{"ORTH": "\n"}],
    "don't": [{"ORTH": "do", "NORM": "do"}, {"ORTH": "n't", "NORM": "not"}],
    "can't": [{"ORTH": "ca", "NORM": "can"}, {"ORTH": "n't", "NORM": "not"}],
    "U.S.": [{"ORTH": "U.S.", "NORM": "America"}],
    "Mr.": [{"ORTH": "Mr.", "NORM": "Mister"}],
    "x.": [{"ORTH": "x."}],
    ":)": [{"ORTH": ":)"}],
    "(:": [{"ORTH": "(:"}],
    "a.m.": [{"ORTH": "a.m."}],
    "8a.m.": [{"ORTH": "8"}, {"ORTH": "a.m.", "NORM": "morning"}],
    "New York": [{"ORTH": "New York", "NORM": "NYC"}],
    "New York City (NY)": [{"ORTH": "New York"}, {"ORTH": " City"}, {"ORTH": " (NY)"}],
}

PREFIX = r"""^[("'\[$]|^\.\.\.|^\+(?![0-9])"""
SUFFIX = r"""[)"'\],.!?;:]$|'s$|(?<=[0-9])(?:km|km/h|%)$"""
INFIX = r"""(?<=[a-z])[-/](?=[a-z])|\.\.\.|(?<=[a-z])\.(?=[A-Z])"""
URL = r"""(?:https?://)?[a-z0-9]+(?:\.[a-z0-9]+)*\.(?:com|org)(?:/[^ ]*)?$"""
TOKEN = r"""[A-Z]{1,3}-[0-9]+$"""

LEXEME_NORMS = {"colour": "color", "cos": "because", "X": "ex", "Apr": "April"}

CONFIG = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 8,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 8,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"],
                "rows": [40, 30, 30, 30, 5, 5],
                "include_static_vectors": False,
            },
            "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 8, "window_size": 1, "maxout_pieces": 2,
                       "depth": 2},
        },
    }
}

META = {"lang": "en", "name": "tiny", "version": "1.0", "license": "MIT",
        "description": "Random weights: for tests, not for use."}


def _tokenizer(vocab: Any) -> Tokenizer:
    return Tokenizer(vocab, rules=RULES, prefix_search=re.compile(PREFIX).search, suffix_search=re.compile(SUFFIX).search,
                     infix_finditer=re.compile(INFIX).finditer, url_match=re.compile(URL).match,
                     token_match=re.compile(TOKEN).match)


def _seed_weights(model: Any) -> None:
    """Random weights of a size that lets every class win now and then; layer norm gains around 1."""
    random = np.random.RandomState(SEED)
    for node in model.walk(order="dfs_pre"):
        for name in node.param_names:
            shape = node.get_param(name).shape
            centre = 1.0 if name == "G" else 0.0
            node.set_param(name, (centre + random.uniform(-0.5, 0.5, size=shape)).astype("float32"))


def build_pipeline(folder: Path) -> Any:
    """Saves the tiny pipeline to folder and returns it loaded from there, with no lexeme from before its norm table."""
    nlp = spacy.blank("en")
    lookups = Lookups()
    lookups.add_table("lexeme_norm", LEXEME_NORMS)
    nlp.vocab.lookups = lookups
    nlp.tokenizer = _tokenizer(nlp.vocab)
    ner = nlp.add_pipe("ner", config=CONFIG)
    for label in LABELS:
        ner.add_label(label)
    doc = nlp.make_doc("Alan Turing left London")
    nlp.initialize(lambda: [Example.from_dict(doc, {"entities": [(0, 11, "PERSON"), (17, 23, "GPE")]})])
    _seed_weights(ner.model)
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


def build_file() -> Tuple[List[List[container.Section]], bytes]:
    """Groups and bytes of the tiny model."""
    with tempfile.TemporaryDirectory() as folder, progress_bar() as progress:
        nlp = build_pipeline(Path(folder))
        plan = plan_conversion(nlp.config.interpolate())
        meta = meta_json(META, Source(Path(folder)), {}, plan, LABELS)
        groups = build_groups(nlp, plan, meta, reduced_facts(python_facts()), progress, SYMBOL_LOAD)
    data = container.write(groups)
    if len(data) >= MAX_SIZE:
        raise ConvertError(f"the tiny model has {len(data)} bytes; it must stay below {MAX_SIZE}")
    return groups, data


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-o", "--output", required=True, metavar="FILE", help="The .tern file to write.")
def main(output: str) -> None:
    """Write the tiny model that tests and fuzzers use."""
    try:
        groups, data = build_file()
        write_file(Path(output), data)
    except ConvertError as error:
        click.echo(f"convert.tiny: {error}", err=True)
        sys.exit(2)
    print_summary(output, groups, len(data), [])


if __name__ == "__main__":
    main(prog_name="python -m convert.tiny")
