"""Pipelines whose tokenizer stays behind (--no-tokenizer): they take words that are cut already.

Many tokenizers are another library's, which is not needed then: spaCy loads the pipeline with its own tokenizer in the place, and
what the folder has of the left-out one is not read.
"""

from __future__ import annotations

from collections.abc import Sequence

from thinc.api import Config

PART = "tokenizer"
"""Its name among the parts of a pipeline's folder."""
FLAG = "--no-tokenizer"
ADVICE = f"convert with {FLAG} and give the file words that are cut already"


def without_tokenizer(config: Config) -> Config:
    """The configuration with a tokenizer that loads anywhere and that nobody asks."""
    return Config({**config, "nlp": {**config["nlp"], "tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}})


def unread(exclude: Sequence[str]) -> list[str]:
    """What spaCy shall not read of the folder."""
    return [*exclude, PART]
