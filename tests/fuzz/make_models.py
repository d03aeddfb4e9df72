"""The models beside tests/data/tiny*.tern that fuzz_model changes: together they have every kind of component and of section.

    .venv/bin/python tests/fuzz/make_models.py [FOLDER]     writes them to FOLDER, else to models/ beside this file

Real spaCy pipelines of a few labels and words with random weights, as convert.tiny makes; the files are the same on every machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tools" / "convert"))

import numpy as np
import spacy
from convert import container
from convert.build import build_groups
from convert.chars import python_facts
from convert.components import labels_of
from convert.config_check import plan_conversion
from convert.constants import Feature
from convert.describe import meta_json
from convert.source import Source
from convert.strings import StringTable
from convert.tiny import MAP_LOAD, blank, reduced_facts, seed_weights
from convert.tiny_recipe import LEMMA_TABLES, META, SENTENCES, SETTINGS
from convert.words import word_sections
from spacy.lang.tokenizer_exceptions import URL_PATTERN
from spacy.lookups import Lookups
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vectors import Vectors

MODELS = Path(__file__).parent / "models"
WIDTH, SEED = 4, 5
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}

# ---- settings --------------------------------------------------------------------------------------------------------------


def encoder(vectors: bool = False, attrs: Any = ("LOWER", "ORTH")) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH,
            "attrs": list(attrs),
            "rows": [9] * len(attrs),
            "include_static_vectors": vectors,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH,
            "window_size": 1,
            "maxout_pieces": 2,
            "depth": 1,
        },
    }


def tagger(tok2vec: Any = LISTENER) -> dict[str, Any]:
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec}}


def transition(state_type: str, tok2vec: Any, upper: bool, extra: bool) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": state_type,
            "extra_state_tokens": extra,
            "hidden_width": WIDTH,
            "maxout_pieces": 3,
            "use_upper": upper,
            "tok2vec": tok2vec,
        },
        **({"min_action_freq": 1} if state_type == "parser" else {}),
    }


def bow(exclusive: bool) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TextCatBOW.v3",
            "exclusive_classes": exclusive,
            "ngram_size": 3,
            "length": 16,
            "no_output_layer": not exclusive,
        }
    }


# ---- what they learn from: labels, not weights --------------------------------------------------------------------------------

POS = ["DET", "NOUN", "AUX", "VERB", "ADP", "PRON", "NUM", "ADJ", "ADV", "VERB"]
MORPHS = [
    "Definite=Def",
    "Number=Plur",
    "Person=3|VerbForm=Fin",
    "VerbForm=Inf",
    "",
    "PronType=Prs",
    "NumType=Card",
    "Number=Plur",
    "",
    "Person=3|PronType=Prs|VerbForm=Fin",
]
SPANS = [(0, 9, "NP"), (2, 12, "EVENT"), (0, 9, "EVENT")]
"""Characters."""
LEMMAS = ["a", "hear", "be", "schedule", "on", "the", "issues", "TODAY", "Alan", "leave"]


def example(nlp: Any) -> Example:
    gold = {**SENTENCES, "pos": POS, "morphs": MORPHS, "lemmas": LEMMAS, "spans": {"sc": SPANS}}
    return Example.from_dict(Doc(nlp.vocab, words=SENTENCES["words"]), gold)


def with_networks(nlp: Any, *components: Any) -> Any:
    """components: (factory, settings) in the order of the pipeline; weights from a fixed stream."""
    for factory, settings in components:
        nlp.add_pipe(factory, config=settings)
    nlp.initialize(lambda: [example(nlp)])
    stream = np.random.RandomState(SEED)
    for name, _ in components:
        pipe = nlp.get_pipe(name)
        if hasattr(getattr(pipe, "model", None), "walk"):
            seed_weights(pipe.model, stream)
    return nlp


def vectors(**settings: Any) -> Vectors:
    data = np.random.RandomState(SEED).uniform(-1, 1, (12, 5)).astype("float32")
    table = Vectors(data=data, **settings)
    for row, word in (
        enumerate(["Alan", "left", "London", "the", "was", "in", "born", ".", ","]) if not settings else ()
    ):
        table.add(word, row=row)
    return table


def lookups(tables: Mapping[str, Mapping[str, Any]]) -> Lookups:
    made = Lookups()
    for name, table in tables.items():
        made.add_table(name, table)
    return made


# ---- the models ---------------------------------------------------------------------------------------------------------------


def keyed_vectors() -> Any:
    """Hindi, whose norms are stems. Everything listens to an encoder with vectors found by key; no upper layers."""
    nlp = blank("hi")
    nlp.vocab.vectors = vectors()
    with_networks(
        nlp,
        ("tok2vec", {"model": encoder(vectors=True, attrs=("NORM", "PREFIX"))}),
        ("tagger", tagger()),
        ("morphologizer", {**tagger(), "extend": True}),
        ("trainable_lemmatizer", {**tagger(), "top_k": 3, "min_tree_freq": 1}),
        ("parser", transition("parser", LISTENER, upper=False, extra=False)),
        ("ner", transition("ner", LISTENER, upper=False, extra=False)),
    )
    nlp.add_pipe("attribute_ruler", before="ner").add_patterns(
        [
            {"patterns": [[{"LEMMA": {"IN": ["be", "leave"]}}]], "attrs": {"TAG": "AUX"}},
            {
                "patterns": [[{"ORTH": "The"}, {"POS": {"NOT_IN": ["NOUN"]}}], [{"MORPH": "Number=Plur"}]],
                "attrs": {"DEP": "x", "LEMMA": "y"},
            },
        ]
    )
    return nlp


def floret() -> Any:
    """Vectors made of pieces of words; each component has its own encoder; extra tokens of a state; two bags of words."""
    nlp = blank()
    nlp.vocab.vectors = vectors(mode="floret", minn=1, maxn=3, hash_count=3, hash_seed=7, bow="<", eow=">")
    return with_networks(
        nlp,
        ("senter", {**tagger(encoder(vectors=True)), "overwrite": True}),
        ("tagger", tagger(encoder(attrs=("SPACY",)))),
        ("parser", transition("parser", encoder(), upper=True, extra=True)),
        ("ner", transition("ner", encoder(vectors=True), upper=True, extra=True)),
        ("textcat", bow(True)),
        ("textcat_multilabel", bow(False)),
    )


def layers() -> Any:
    """Bytes of words with vectors, windows of other sizes, mish, more layers than the first readers had room for, and the first
    ensemble of text classifiers, whose rows beyond the ends of a document are no zeros."""
    nlp = blank()
    nlp.vocab.vectors = vectors()
    characters = {
        "@architectures": "spacy.CharacterEmbed.v2",
        "width": WIDTH,
        "rows": 9,
        "nM": 1,
        "nC": 3,
        "include_static_vectors": True,
    }
    windows = {"@architectures": "spacy.MishWindowEncoder.v2", "width": WIDTH, "window_size": 2, "depth": 2}
    deep = {**encoder()["encode"], "depth": 9, "maxout_pieces": 1}
    ensemble = {
        "@architectures": "spacy.TextCatEnsemble.v1",
        "width": WIDTH + 1,
        "embed_size": 9,
        "pretrained_vectors": False,
        "exclusive_classes": True,
        "ngram_size": 2,
        "window_size": 2,
        "conv_depth": 1,
        "dropout": None,
    }
    with_networks(
        nlp,
        ("tok2vec", {"model": {**encoder(), "embed": characters}}),
        ("tagger", tagger()),
        ("senter", tagger({**encoder(), "encode": windows})),
        ("morphologizer", tagger({**encoder(), "encode": {**deep, "depth": 1, "window_size": 0}})),
        ("ner", transition("ner", {**encoder(attrs=("NORM",)), "encode": deep}, upper=True, extra=False)),
        ("textcat", {"model": ensemble}),
    )
    bag = nlp.get_pipe("textcat").model.get_ref("output_layer")
    bag.set_param("W", bag.get_param("W") * (np.arange(bag.get_param("W").size) < 16))  # its 262,144 buckets are fixed
    return nlp


def beams() -> Any:
    """A parser and a recogniser that search, the latter behind entities of labels that it does not know."""
    nlp = with_networks(
        blank(),
        ("beam_parser", {**transition("parser", encoder(), upper=True, extra=True), "beam_width": 3}),
        ("ner", transition("ner", encoder(), upper=False, extra=True)),
        ("beam_ner", {**transition("ner", encoder(attrs=("NORM",)), upper=False, extra=False), "beam_density": 0.1}),
    )
    nlp.add_pipe("entity_ruler", before="beam_ner").add_patterns([{"label": "RULED", "pattern": "the"}])
    return nlp


def spans() -> Any:
    """Spans that one component finds and another labels; n-grams of sizes in any order, with and without a hidden layer."""
    nlp = blank()
    scorer = {"@layers": "spacy.LinearLogistic.v1", "nO": 2}
    finder = {"@architectures": "spacy.SpanFinder.v1", "tok2vec": LISTENER, "scorer": scorer}
    categorizer = {"@architectures": "spacy.SpanCategorizer.v1", "scorer": {"@layers": "Softmax.v2"}}
    hidden = {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": WIDTH}
    return with_networks(
        nlp,
        ("tok2vec", {"model": encoder()}),
        ("span_finder", {"model": finder, "spans_key": "found", "max_length": None}),
        (
            "spancat_singlelabel",
            {
                "model": {**categorizer, "tok2vec": encoder(attrs=("NORM",)), "reducer": {"@layers": "reduce_sum.v1"}},
                "suggester": {"@misc": "spacy.preset_spans_suggester.v1", "spans_key": "found"},
                "allow_overlap": False,
            },
        ),
        (
            "spancat",
            {
                "model": {**categorizer, "tok2vec": LISTENER, "reducer": hidden},
                "suggester": {"@misc": "spacy.ngram_suggester.v1", "sizes": [7, 1, 2, 1]},
                "threshold": 0.2,
                "max_positive": 2,
            },
        ),
    )


def merges() -> Any:
    """Tokens that are split, then joined, with components before, between and behind."""
    return with_networks(
        blank(),
        ("token_splitter", {"min_length": 6, "split_length": 3}),
        ("tok2vec", SETTINGS["tok2vec"]),
        ("morphologizer", SETTINGS["tagger"]),
        ("parser", SETTINGS["parser"]),
        ("merge_noun_chunks", {}),
        ("ner", SETTINGS["ner"]),
        ("merge_entities", {}),
        ("merge_subtokens", {}),
        ("tagger", SETTINGS["tagger"]),
        ("doc_cleaner", {}),
    )


FRENCH_TABLES = {
    **LEMMA_TABLES,
    "lemma_lookup": {"axes": ["axe"], "was": "be", "left": ["leave"], "London": "L", "the": ["le"]},
}

DUTCH_TABLES = {
    **LEMMA_TABLES,
    "lemma_index": {"noun": ["", "cat"], "verb": [""]},
    "lemma_lookup": {"axes": "axe", "was": "be", "left": "", "cats": "cat"},
}

POS_TABLES: dict[str, Mapping[str, Any]] = {
    **{
        f"lemma_lookup_{pos}": {}
        for pos in ("adj", "adp", "adv", "aux", "det", "noun", "num", "other", "part", "pron", "verb")
    },
    "lemma_lookup_noun": {"the": "de", "Alan": "alan", "left": ""},
    "lemma_lookup_verb": {"left": "leave", "a": "b", "": "c"},
    "lemma_lookup_adj": {"left": "alcun"},
    "lemma_lookup_other": {"was": "be"},
    "lemma_lookup": {"the": "e", "on": ""},
}

SPANISH_LISTS: dict[str, list[list[str]]] = {
    "adverbs": [["bien", "bueno"]],
    "det": [["la", "el"]],
    "pron": [["los", "el"]],
    "det_and_pron_fixed": [["the", "el"]],
    "num": [["dos", "2"]],
    "det_and_pron_general": [["as", "o"], ["s", ""]],
    "voc_alt_1": [["e", "i"]],
    "voc_alt_2": [["ue", "o"]],
    "accents": [["é", "e"], ["á", "a"]],
    "verbs": [["ando", "ar"], ["ed", "e"], ["s", ""]],
    "nouns": [["es", ""], ["s", ""]],
}
SPANISH_TABLES: dict[str, Mapping[str, Any]] = {
    "lemma_rules": SPANISH_LISTS,
    "lemma_rules_groups": {
        "verb": [["verbs", ["VerbForm=Fin"]], ["verbs", []]],
        "noun": [["nouns", ["Number=Plur"]], ["nouns", []]],
        "adj": [["nouns", []]],
    },
    "lemma_index": {
        "verb": ["comprar", "dar", "be"],
        "noun": ["cat", "pan", "issue"],
        "adj": ["big"],
        "pron": ["el"],
        "det": ["el"],
    },
    "lemma_exc": {
        "verb": {"is": ["be"]},
        "aux": {"was": ["be"]},
        "noun": {"oxen": ["ox"]},
        "pron": {"los": ["el"]},
        "num": {"uno": ["1"]},
    },
}


def with_lemmatizer(lang: str, mode: str, tables: Mapping[str, Mapping[str, Any]]) -> Any:
    """Below a morphologizer, whose random weights choose among the parts of speech and their features."""
    nlp = with_networks(blank(lang), ("tok2vec", {"model": encoder()}), ("morphologizer", tagger()))
    nlp.add_pipe("lemmatizer", config={"mode": mode, "overwrite": True}).initialize(lookups=lookups(tables))
    return nlp


def flags() -> Any:
    """An encoder that reads flags of words and the numbers of their vectors."""
    nlp = blank()
    nlp.vocab.vectors = vectors()
    read = ("IS_STOP", "LIKE_NUM", "LIKE_EMAIL", "IS_QUOTE", "ID")
    return with_networks(nlp, ("tagger", tagger(encoder(vectors=True, attrs=read))))


def looked_up() -> Any:
    """Without a network, but for a classifier of one row of an encoder."""
    nlp = with_networks(
        blank("de"),
        ("sentencizer", {"overwrite": True}),
        (
            "textcat",
            {
                "model": {
                    "@architectures": "spacy.TextCatReduce.v1",
                    "tok2vec": encoder(attrs=("NORM",)),
                    "exclusive_classes": True,
                    "use_reduce_first": True,
                    "use_reduce_last": False,
                    "use_reduce_max": False,
                    "use_reduce_mean": False,
                }
            },
        ),
    )
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize(
        lookups=lookups({"lemma_lookup": {"was": "be", "left": "leave"}})
    )
    return nlp


def rulers() -> Any:
    """Rulers of phrases and of token patterns with every kind of test, between two recognisers and two taggers with names."""
    nlp = blank()
    add = nlp.add_pipe
    add("tok2vec", "encoder", config={"model": encoder()})
    add("tagger", config=tagger())
    add("tagger", "fine", config={**tagger(), "overwrite": False})
    add("ner", config=transition("ner", LISTENER, upper=True, extra=False))
    add("ner", "later", config=transition("ner", encoder(attrs=("NORM",)), upper=True, extra=False))
    nlp.initialize(lambda: [example(nlp)])
    stream = np.random.RandomState(SEED)
    for _, pipe in nlp.pipeline:
        seed_weights(pipe.model, stream)
    add("attribute_ruler", after="fine").add_patterns(ANY_RULES)
    add("entity_ruler", before="later").add_patterns(ENTITIES)
    add(
        "span_ruler",
        config={
            "annotate_ents": True,
            "overwrite": False,
            "phrase_matcher_attr": "LOWER",
            "spans_filter": {"@misc": "spacy.first_longest_spans_filter.v1"},
            "ents_filter": {"@misc": "spacy.prioritize_new_ents_filter.v1"},
        },
    ).add_patterns([*ENTITIES, {"label": "ANY", "pattern": [{"ENT_TYPE": {"NOT_IN": ["", "A"]}}, {"OP": "*"}]}])
    add("span_ruler", "second", config={"overwrite": False}).add_patterns(ENTITIES[:2])
    nlp.disable_pipe("second")
    return nlp


ANY_RULES: list[dict[str, Any]] = [
    {"patterns": [[{"TEXT": {"REGEX": "^[Aa]l"}, "OP": "+"}, {"LENGTH": {">=": 2}}]], "attrs": {"POS": "NOUN"}},
    {"patterns": [[{"LOWER": {"FUZZY2": "issue"}}], [{"SHAPE": {"IN": ["Xxxx", "d"]}}]], "attrs": {"LEMMA": "x"}},
    {"patterns": [[{"MORPH": {"IS_SUPERSET": ["A=B"]}}, {"OP": "?"}]], "attrs": {"MORPH": "C=D"}, "index": -1},
    {"patterns": [[{"MORPH": {"INTERSECTS": ["A=B", "C=D"]}, "IS_TITLE": False}]], "attrs": {"TAG": "T"}},
    {"patterns": [[{"TAG": {"NOT_IN": ["T"]}, "SPACY": True}, {"IS_PUNCT": True, "OP": "!"}]], "attrs": {"DEP": "d"}},
]
ENTITIES: list[dict[str, Any]] = [
    {"label": "A", "pattern": "Alan Turing", "id": "alan"},
    {"label": "B", "pattern": [{"IS_ALPHA": True, "OP": "*"}, {"LIKE_NUM": True, "OP": "?"}, {"ENT_IOB": 2}]},
    {"label": "C", "pattern": "London"},
    {"label": "A", "pattern": "London", "id": "city"},
]

PIPELINES: dict[str, Callable[[], Any]] = {
    "beams": beams,
    "floret": floret,
    "layers": layers,
    "french": lambda: with_lemmatizer("fr", "rule", FRENCH_TABLES),
    "lookup": looked_up,
    "merges": merges,
    "macedonian": lambda: with_lemmatizer("mk", "rule", LEMMA_TABLES),
    "spans": spans,
    "spanish": lambda: with_lemmatizer("es", "rule", SPANISH_TABLES),
    "dutch": lambda: with_lemmatizer("nl", "rule", DUTCH_TABLES),
    "italian": lambda: with_lemmatizer("it", "pos_lookup", POS_TABLES),
    "rulers": rulers,
    "words": lambda: with_lemmatizer("mk", "rule", LEMMA_TABLES),
    "polish": lambda: with_lemmatizer("pl", "pos_lookup", POS_TABLES),
    "vectors": keyed_vectors,
    "flags": flags,
}
LANGUAGES = ("flags",)
"""Those that know all flags of words, as files of languages do, and not only those that are looked at."""
HALVES = ("floret",)
"""Those whose weights are f16."""
GIVEN_WORDS = ("words",)
"""Those without a tokenizer."""

# ---- the files ------------------------------------------------------------------------------------------------------------------


def file_of(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        PIPELINES[name]().to_disk(folder)
        nlp = spacy.load(folder)
        plan = plan_conversion(nlp.config.interpolate())
        meta = meta_json({**META, "name": name}, Source(Path(folder)), {}, plan, labels_of(nlp, plan))
        given = name in GIVEN_WORDS
        groups = build_groups(nlp, plan, meta, reduced_facts(python_facts()), lambda what: None, MAP_LOAD, given)
    if name in LANGUAGES:
        tables = [section for section in groups[0].sections if not section.name.startswith("flags/")]
        groups[0].sections[:] = [*tables, *word_sections(nlp.vocab, URL_PATTERN, StringTable())]
    sections = [(container.halved(group) if name in HALVES else group).sections for group in groups]
    return container.write(sections, Feature.GIVEN_WORDS if given else 0)


def main(folder: Path) -> None:
    for name in PIPELINES:
        data = file_of(name)
        (folder / f"{name}.tern").write_bytes(data)
        print(f"{name}.tern: {len(data)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MODELS)
