"""What the tiny model is made of: a few of everything that a pipeline can have."""

from __future__ import annotations

from typing import Any

KEPT_RANGES = ((0x0000, 0x0180), (0x0380, 0x0400), (0x2000, 0x2080))
"""Half-open ranges of code points with all Unicode facts: Latin, Greek, punctuation."""

META = {
    "lang": "en",
    "name": "tiny",
    "version": "1.0",
    "license": "MIT",
    "description": "Random weights: for tests, not for use.",
}

# ---- tokenizer ----

RULES: dict[str, list[dict[str, str]]] = {
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

# ---- networks ----

WIDTH = 4


def _encoder(attrs: list[str], rows: list[int], depth: int) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH,
            "attrs": attrs,
            "rows": rows,
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH,
            "window_size": 1,
            "maxout_pieces": 2,
            "depth": depth,
        },
    }


def _transition(state_type: str, tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": False,
        "hidden_width": WIDTH,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


_LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}

SETTINGS: dict[str, dict[str, Any]] = {
    "tok2vec": {
        "model": _encoder(["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"], [20, 15, 15, 15, 3, 3], depth=2)
    },
    "tagger": {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": _LISTENER}},
    "parser": {"model": _transition("parser", _LISTENER), "min_action_freq": 1},
    "senter": {
        "model": {"@architectures": "spacy.Tagger.v2", "tok2vec": _encoder(["SUFFIX", "SPACY"], [15, 3], depth=1)}
    },
    "ner": {"model": _transition("ner", _encoder(["NORM", "SHAPE"], [20, 15], depth=1))},
    "textcat": {
        "model": {
            "@architectures": "spacy.TextCatEnsemble.v2",
            "tok2vec": _LISTENER,
            "linear_model": {
                "@architectures": "spacy.TextCatBOW.v3",
                "exclusive_classes": True,
                "ngram_size": 2,
                "no_output_layer": False,
                "length": 16,
            },
        }
    },
    "textcat_multilabel": {
        "model": {
            "@architectures": "spacy.TextCatReduce.v1",
            "tok2vec": _LISTENER,
            "exclusive_classes": False,
            "use_reduce_first": True,
            "use_reduce_last": True,
            "use_reduce_max": True,
            "use_reduce_mean": True,
        }
    },
}
"""Settings of the components that have a network, by factory, in the order of the pipeline."""

SENTENCES: dict[str, Any] = {
    "words": ["A", "hearing", "is", "scheduled", "on", "the", "issue", "today", "Alan", "left"],
    "tags": ["DT", "NN", "VBZ", "VBN", "IN", "DT", "NN", "NN", "NNP", "VBN"],
    "heads": [1, 3, 3, 3, 1, 6, 4, 3, 9, 9],  # "on" belongs to "hearing", across "scheduled": prep||nsubj
    "deps": ["det", "nsubj", "aux", "ROOT", "prep", "det", "pobj", "npadvmod", "nsubj", "ROOT"],
    "sent_starts": [1, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    "entities": ["O", "O", "O", "O", "O", "U-LAW", "O", "U-DATE", "U-PERSON", "O"],
    "cats": {"LAW": 1.0, "SPORTS": 0.0},
}
"""What names the labels; the weights come from elsewhere."""

SENTIMENT_META = {**META, "name": "tiny_sentiment"}
SENTIMENT_SETTINGS: dict[str, dict[str, Any]] = {
    "sentencizer": {},
    "textcat": {
        "model": {
            "@architectures": "spacy.TextCatParametricAttention.v1",
            "exclusive_classes": True,
            "tok2vec": _encoder(["NORM", "SUFFIX"], [20, 15], depth=1),
        }
    },
}
"""The same of the other model."""
SENTIMENT_LABELS = ("NEGATIVE", "NEUTRAL", "POSITIVE")

# ---- tables ----

RULER_PATTERNS: list[dict[str, Any]] = [
    {"patterns": [[{"TAG": "DT"}]], "attrs": {"POS": "DET", "MORPH": "_"}},
    {"patterns": [[{"TAG": "NN"}]], "attrs": {"POS": "NOUN", "MORPH": "Number=Plur"}},
    {"patterns": [[{"TAG": "NNP"}]], "attrs": {"POS": "PROPN", "MORPH": "Number=Sing"}},
    {"patterns": [[{"TAG": "VBZ"}]], "attrs": {"POS": "VERB", "MORPH": "VerbForm=Fin|Tense=Pres|Number=Sing"}},
    {"patterns": [[{"TAG": "VBN"}]], "attrs": {"POS": "VERB", "MORPH": "VerbForm=Part"}},
    {"patterns": [[{"TAG": {"IN": ["IN", "XX"]}}]], "attrs": {"POS": "ADP"}},
    {"patterns": [[{"TAG": "NN", "LOWER": {"REGEX": r"^cats?$|^(?:ox|bus)$"}}]], "attrs": {"MORPH": "Number=Sing"}},
    {"patterns": [[{"LOWER": "gon"}, {"LOWER": "na"}]], "attrs": {"LEMMA": "go"}},
    {
        "patterns": [
            [{"TAG": {"NOT_IN": ["DT", ""]}, "DEP": {"IN": ["aux", "nsubj"]}}, {"IS_SPACE": False}],
            [{"LOWER": "may"}],
        ],
        "attrs": {"POS": "AUX"},
        "index": -1,
    },
    {"patterns": [[{"IS_SPACE": True}]], "attrs": {"TAG": "_SP", "POS": "SPACE", "MORPH": "_", "DEP": "dep"}},
]

LEMMA_TABLES: dict[str, dict[str, Any]] = {
    "lemma_rules": {
        "noun": [["s", ""], ["ses", "s"], ["men", "man"]],
        "verb": [["ies", "y"], ["es", "e"], ["es", ""], ["ing", "e"]],
        "punct": [["\u201c", '"'], ["\u201d", '"']],
    },
    "lemma_index": {
        "noun": ["axe", "bus", "café", "cat", "woman"],
        "verb": ["bus", "cat", "love", "watch"],
        "adp": ["on"],
    },
    "lemma_exc": {"noun": {"axes": ["ax", "axis"], "oxen": ["ox"]}, "verb": {"loving": ["love"], "was": ["be", "was"]}},
}
