"""Damaged sections of the components that the tiny model lacks are refused with a message; none crashes.

The files are made for the tests: pipelines with random weights and tables drawn from the texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, NamedTuple

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import small_pipelines as small
from common import REDUCED, ROOT
from convert.tiny import seed_weights
from convert.tiny_recipe import SETTINGS
from corpus import project_texts
from lemma_pipelines import dutch_tables, pipeline, pos_tables, random_tables, spanish_tables
from model_bytes import F32, U32, ModelBytes
from spacy.tokens import Span
from spacy.training import Example
from spacy.vectors import Vectors

OK, E_FORMAT = 0, 4
HUGE = 2**32 - 1
LIKE_URL = 5  # its test in a file that has all flags
ADDED = (
    "attribute_ruler/",
    "entity_ruler/",
    "span_ruler/",
    "morphologizer/",
    "trainable_lemmatizer/",
    "senter/settings",
    "sentencizer/",
    "lemmatizer/",
    "tagger/",
    "parser/",
    "ner/",
    "textcat/",
    "textcat_multilabel/",
    "spancat/",
    "spancat_singlelabel/",
    "span_finder/",
    "noun_chunks/",
    "merge_subtokens/",
    "token_splitter/",
    "flags/",
    "word_ids/",
)
OPTIONAL = (
    "senter/settings",
    "lemmatizer/settings",
    "tagger/normalize",
    "ner/temperature",
    "flags/regex",  # where no test of a flag is a regular expression; else the test is out of range
    *(f"tagger/tok2vec/{part}" for part in ("chars", "static", "window", "cuts_edges")),
    *(f"textcat/tok2vec/{part}" for part in ("window", "cuts_edges", "edge_count", "edge_row")),
)


def labellers() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("senter", config={**SETTINGS["senter"], "overwrite": True})
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    for name in ("morphologizer", "trainable_lemmatizer"):
        nlp.add_pipe(name, config=small.labeller())
    small.randomise(nlp, small.gold_docs(small.edit_lemma, count=60))
    return nlp


def transition(state_type: str, tok2vec: dict[str, Any]) -> dict[str, Any]:
    """Without an upper layer, with extra tokens."""
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": state_type,
            "extra_state_tokens": True,
            "hidden_width": 5,
            "maxout_pieces": 3,
            "use_upper": False,
            "tok2vec": tok2vec,
        }
    }


def networks() -> Any:
    """An encoder of the tagger's and the parser's own, of another width than the shared one, to which the recogniser listens."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder(width=16)})
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": small.encoder(width=6)}})
    nlp.add_pipe("parser", config=transition("parser", small.encoder(width=7)))
    nlp.add_pipe("ner", config=transition("ner", small.listener(width=16)))
    small.randomise(nlp, small.gold_docs(count=60))
    return nlp


def searches() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("beam_parser", config=transition("parser", small.encoder(width=7)))
    nlp.add_pipe("beam_ner", config=transition("ner", small.encoder(width=6)))
    small.randomise(nlp, small.gold_docs(count=60))
    return nlp


def version_1() -> Any:
    """Words without a vector have one, each layer ends with the document, scores are probabilities."""
    model = small.encoder(16)
    model["@architectures"], model["embed"]["@architectures"] = "spacy.Tok2Vec.v1", "spacy.MultiHashEmbed.v1"
    model["embed"].update(include_static_vectors=True, attrs=["NORM", "LIKE_EMAIL", "IS_STOP", "ID"])
    nlp = spacy.blank("en")
    nlp.vocab.vectors = Vectors(data=np.ones((3, 5), dtype="f4"), keys=["some", "words"])
    nlp.add_pipe("tok2vec", config={"model": model})
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v1", "tok2vec": small.listener(16)}})
    small.randomise(nlp, small.gold_docs(count=20))
    return nlp


def other_layers() -> Any:
    """Bytes of words, mish, a wide window; the first ensemble of text classifiers, with rows beyond the ends of a document."""
    model = small.encoder(6)
    model["embed"] = {
        "@architectures": "spacy.CharacterEmbed.v2",
        "width": 6,
        "rows": 50,
        "nM": 3,
        "nC": 4,
        "include_static_vectors": False,
    }
    model["encode"] = {"@architectures": "spacy.MishWindowEncoder.v2", "width": 6, "window_size": 2, "depth": 2}
    ensemble = {
        "@architectures": "spacy.TextCatEnsemble.v1",
        "width": 7,
        "embed_size": 20,
        "pretrained_vectors": False,
        "exclusive_classes": True,
        "ngram_size": 1,
        "window_size": 2,
        "conv_depth": 1,
        "dropout": None,
    }
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": model}})
    nlp.add_pipe("textcat", config={"model": ensemble})
    docs = small.gold_docs(count=20)
    for doc in docs:
        doc.cats = {"a": 1.0, "b": 0.0}
    small.randomise(nlp, docs)
    return nlp


def two_taggers() -> Any:
    """With names of their own; the second leaves the first one's tags alone."""
    nlp = spacy.blank("en")
    for name in ("coarse", "fine"):
        nlp.add_pipe("tagger", name, config={**small.labeller(), "overwrite": False})
    small.randomise(nlp, small.gold_docs(count=20))
    return nlp


def token_patterns() -> Any:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "the"}, {"OP": "*"}, {"ORTH": {"REGEX": "s$"}}]], {"TAG": "A"})
    ruler.add(
        [[{"LENGTH": {">": 2}, "MORPH": {"IS_SUBSET": ["Number=Sing"]}}, {"LOWER": {"FUZZY": "cat"}}]], {}, index=-1
    )
    nlp.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "A", "pattern": "The cats"},
            {"label": "B", "pattern": "the"},
            {"label": "B", "pattern": [{"LOWER": "cats"}], "id": "c"},
        ]
    )
    nlp.add_pipe("span_ruler", config={"phrase_matcher_attr": "IS_STOP"}).add_patterns(
        [{"label": "A", "pattern": "The cats", "id": "i"}, {"label": "B", "pattern": [{"LENGTH": 3}]}]
    )
    return nlp


def classifiers() -> Any:
    """A bag of words beside attention with its own encoder; reductions that listen, with a label of the first."""
    nlp = spacy.blank("en")
    bow = {
        "@architectures": "spacy.TextCatBOW.v3",
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 256,
        "exclusive_classes": True,
    }
    ensemble = {"@architectures": "spacy.TextCatEnsemble.v2", "tok2vec": small.encoder(16), "linear_model": bow}
    reduce = {
        "@architectures": "spacy.TextCatReduce.v1",
        "tok2vec": small.listener(16),
        "exclusive_classes": False,
        **{f"use_reduce_{name}": True for name in ("first", "last", "max", "mean")},
    }
    nlp.add_pipe("tok2vec", config={"model": small.encoder(16)})
    cats = {"textcat": {"a": 1.0, "b": 0.0, "c": 0.0}, "textcat_multilabel": {"b": 1.0, "d": 1.0}}
    for name, model in (("textcat", ensemble), ("textcat_multilabel", reduce)):
        nlp.add_pipe(name, config={"model": model}).initialize(
            lambda: [Example.from_dict(nlp.make_doc("Words."), {"cats": cats[name]})], nlp=nlp
        )
    nlp.get_pipe("tok2vec").initialize(lambda: [Example(doc, doc) for doc in [nlp.make_doc("Words.")]], nlp=nlp)
    stream = np.random.RandomState(small.SEED)
    for _, pipe in nlp.pipeline:
        seed_weights(pipe.model, stream)
    weights = nlp.get_pipe("textcat").model.get_ref("output_layer")
    weights.set_param("W", weights.get_param("W") * (np.arange(3 * 256) % 256 % 3 == 0))  # a third of the buckets
    return nlp


def span_makers() -> Any:
    """Spans that one component finds and another labels; n-grams with a hidden layer; a shared encoder and an own one."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": small.encoder(16)})
    scorer = {"@layers": "spacy.LinearLogistic.v1", "nO": 2}
    finder = {"@architectures": "spacy.SpanFinder.v1", "tok2vec": small.listener(16), "scorer": scorer}
    nlp.add_pipe("span_finder", config={"model": finder, "spans_key": "found", "threshold": 0.3})
    preset = {"@misc": "spacy.preset_spans_suggester.v1", "spans_key": "found"}
    mean = {"tok2vec": small.encoder(8), "reducer": {"@layers": "reduce_mean.v1"}, "scorer": {"@layers": "Softmax.v2"}}
    hidden = {
        **mean,
        "tok2vec": small.listener(16),
        "reducer": {"@layers": "spacy.mean_max_reducer.v1", "hidden_size": 5},
    }
    for name, model, settings in (
        ("spancat_singlelabel", mean, {"suggester": preset, "allow_overlap": False, "spans_key": "found"}),
        ("spancat", hidden, {"threshold": 0.1, "max_positive": 2}),
    ):
        nlp.add_pipe(name, config={"model": {"@architectures": "spacy.SpanCategorizer.v1", **model}, **settings})
    doc = nlp.make_doc("Words of many kinds.")
    for key, label in (("found", "a"), ("sc", "b"), ("sc", "c")):
        doc.spans.setdefault(key, []).append(Span(doc, 0, 2, label=label))
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc)])
    stream = np.random.RandomState(small.SEED)
    for _, pipe in nlp.pipeline:
        seed_weights(pipe.model, stream)
    return nlp


def token_changes() -> Any:
    """Components that split and join tokens, behind the parser that they need."""
    nlp = spacy.blank("en")
    nlp.add_pipe("token_splitter", config={"min_length": 5, "split_length": 2})
    nlp.add_pipe("parser", config=transition("parser", small.encoder(width=7)))
    for name in ("merge_noun_chunks", "merge_entities", "merge_subtokens"):
        nlp.add_pipe(name)
    small.randomise(nlp, small.gold_docs(count=60))
    return nlp


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]) -> dict[str, bytes]:
    """A valid file by what it has."""
    texts = project_texts()[:100]
    french = random_tables(texts, texts_as_lemmas=True)
    pipelines = {
        "labels": labellers(),
        "networks": networks(),
        "version 1": version_1(),
        "layers": other_layers(),
        "beams": searches(),
        "cats": classifiers(),
        "spans": span_makers(),
        "patterns": token_patterns(),
        "names": two_taggers(),
        "tokens": token_changes(),
        "fr": pipeline("fr", "rule", french, overwrite=True),
        "es": pipeline("es", "rule", spanish_tables(texts)),
        "el": pipeline("el", "rule", french),
        "nl": pipeline("nl", "rule", dutch_tables(texts)),
        "nl look-up": pipeline("nl", "lookup", dutch_tables(texts)),
        "pl": pipeline("pl", "pos_lookup", pos_tables(texts, "pl")),
        "it": pipeline("it", "pos_lookup", pos_tables(texts, "it")),
    }
    stages = program("tests/stages")
    pairs = {name: small.saved_pair(nlp, tmp_path_factory.mktemp(name), stages) for name, nlp in pipelines.items()}
    small.convert_folder(pairs["beams"].file.parent / "pipeline", pairs["beams"].file, temperature=1.5)
    flags = (ROOT / "tests" / "fuzz" / "models" / "flags.tern").read_bytes()  # all of them, as in files of languages
    return {**{name: pair.file.read_bytes() for name, pair in pairs.items()}, "flags": flags}


def test_undamaged_files_open(files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(ModelBytes(content).seal().data)
    assert [outcome.status for outcome in open_files([tmp_path / name for name in files])] == [OK] * len(files)


FILES = [
    "labels",
    "networks",
    "version 1",
    "layers",
    "beams",
    "cats",
    "spans",
    "patterns",
    "names",
    "tokens",
    "flags",
    "fr",
    "es",
    "el",
    "nl",
    "nl look-up",
    "pl",
    "it",
]


class Case(NamedTuple):
    file: str
    section: str
    index: int
    value: int
    words: str = "out of range"


CASES: dict[str, Case] = {
    "morph_out_of_range": Case("labels", "morphologizer/labels", 0, HUGE),
    "backoff_unknown": Case("labels", "trainable_lemmatizer/settings", 1, 2),
    "first_edit": Case("labels", "trainable_lemmatizer/trees", 0, HUGE),
    "edits_at_the_left": Case("labels", "trainable_lemmatizer/trees", 1, HUGE),
    "edits_at_the_right": Case("labels", "trainable_lemmatizer/trees", 2, 257),
    "length_at_the_left": Case("labels", "trainable_lemmatizer/trees", 3, 77, "not that of its edits"),
    "length_at_the_right": Case("labels", "trainable_lemmatizer/trees", 4, HUGE, "not that of its edits"),
    "whole": Case("labels", "trainable_lemmatizer/trees", 5, 2),
    "old_text": Case("labels", "trainable_lemmatizer/edits", 1, HUGE - 1),
    "overwrite_unknown": Case("labels", "sentencizer/settings", 0, 2),
    "senter_overwrite_unknown": Case("labels", "senter/settings", 0, 2),
    "lemmatizer_overwrite_unknown": Case("fr", "lemmatizer/settings", 0, HUGE),
    "label_of_the_tagger": Case("networks", "tagger/labels", 0, HUGE),
    "attribute_of_an_own_encoder": Case("networks", "parser/tok2vec/attrs", 0, HUGE, "unknown token attribute"),
    "row_of_unknown_texts": Case("version 1", "tok2vec/unknown_row", 0, 3),
    "edges": Case("version 1", "tok2vec/cuts_edges", 0, 2),
    "attribute_between": Case("networks", "parser/tok2vec/attrs", 1, 8, "unknown token attribute"),
    "attribute_of_no_pattern": Case("networks", "parser/tok2vec/attrs", 1, 64 + 30, "unknown token attribute"),
    "window": Case("layers", "tagger/tok2vec/window", 0, 33),
    "window_of_the_layers": Case("layers", "tagger/tok2vec/window", 0, 1, "shape"),
    "mish": Case("layers", "tagger/tok2vec/window", 1, 2),
    "mish_of_pieces": Case("layers", "textcat/tok2vec/window", 1, 1, "has pieces"),
    "edge_count": Case("layers", "textcat/tok2vec/edge_count", 0, 2049),
    "normalize": Case("version 1", "tagger/normalize", 0, 2),
    "no_beam": Case("beams", "parser/beam_width", 0, 0),
    "beam_of_one": Case("beams", "ner/beam_width", 0, 1),
    "wide_beam": Case("beams", "ner/beam_width", 0, 1025),
    "negative_density": Case("beams", "parser/beam_density", 0, -1),
    "density_above_1": Case("beams", "ner/beam_density", 0, 2),
    "density_that_is_no_number": Case("beams", "ner/beam_density", 0, float("nan")),
    "no_temperature": Case("beams", "ner/temperature", 0, 0),
    "temperature_below_0": Case("beams", "ner/temperature", 0, -1),
    "little_temperature": Case("beams", "ner/temperature", 0, 0.0099),
    "endless_temperature": Case("beams", "ner/temperature", 0, float("inf")),
    "temperature_that_is_no_number": Case("beams", "ner/temperature", 0, float("nan")),
    "action_of_a_class": Case("networks", "ner/moves", 0, 6),
    "quantifier": Case("patterns", "attribute_ruler/patterns/nodes", 0, 5),
    "spec": Case("patterns", "attribute_ruler/patterns/nodes", 1, HUGE),
    "end_too_early": Case("patterns", "attribute_ruler/patterns/nodes", 0, 4, "without tokens"),
    "no_end": Case("patterns", "attribute_ruler/patterns/nodes", 18, 1, "without an end"),
    "key": Case("patterns", "attribute_ruler/patterns/nodes", 10, 2),
    "second_pattern": Case("patterns", "attribute_ruler/patterns/start", 1, 3, "follow each other"),
    "specs_of_a_token": Case("patterns", "attribute_ruler/patterns/spec_start", 0, 1, "cover"),
    "test_of_a_spec": Case("patterns", "attribute_ruler/patterns/spec_tests", 0, HUGE, "not there"),
    "kind_of_test": Case("patterns", "attribute_ruler/patterns/tests", 0, 7),
    "attribute_of_a_test": Case("patterns", "attribute_ruler/patterns/tests", 1, 30),
    "negated": Case("patterns", "attribute_ruler/patterns/tests", 2, 2),
    "operands": Case("patterns", "attribute_ruler/patterns/tests", 4, HUGE),
    "near_to_no_string": Case("patterns", "attribute_ruler/patterns/near", 0, HUGE),
    "too_many_edits": Case("patterns", "attribute_ruler/patterns/near", 1, 1001),
    "points_of_an_expression": Case("patterns", "attribute_ruler/patterns/regex", 1, HUGE),
    "no_columns": Case("patterns", "attribute_ruler/patterns/regex", 3, 0),
    "states": Case("patterns", "attribute_ruler/patterns/regex", 5, HUGE),
    "state_that_begins": Case("patterns", "attribute_ruler/patterns/regex", 6, HUGE),
    "first_point": Case("patterns", "attribute_ruler/patterns/points", 0, 1, "begin with code point 0"),
    "points_that_fall": Case("patterns", "attribute_ruler/patterns/points", 1, 0, "ascend"),
    "indexed": Case("patterns", "attribute_ruler/patterns/indexed", 0, 30, "unknown attribute"),
    "listed_pattern": Case("patterns", "attribute_ruler/patterns/lists", 0, HUGE, "not there"),
    "from_the_end": Case("patterns", "attribute_ruler/rules", 0, 2),
    "what_a_rule_sets": Case("patterns", "attribute_ruler/rules", 3, HUGE - 1),
    "label_of_a_key": Case("patterns", "entity_ruler/keys", 0, HUGE),
    "id_of_a_key": Case("patterns", "entity_ruler/keys", 1, HUGE - 1),
    "overwrites": Case("patterns", "entity_ruler/settings", 0, 2),
    "key_of_a_pattern": Case("patterns", "entity_ruler/patterns/nodes", 4, 9),
    "attribute_of_phrases": Case("patterns", "entity_ruler/phrases/settings", 0, 30),
    "flag_without_a_test": Case("patterns", "span_ruler/phrases/settings", 0, 64 + 13),
    "seeded_attribute": Case("patterns", "span_ruler/phrases/settings", 0, 128 + 30),
    "number_of_a_flag": Case("patterns", "flags/numbers", 0, 64),
    "flag_twice": Case("version 1", "flags/numbers", 1, 12),
    "kind_of_a_flag": Case("patterns", "flags/tests", 0, 1),
    "attribute_of_a_flag": Case("patterns", "flags/tests", 1, 3),
    "negated_flag": Case("patterns", "flags/tests", 2, 2),
    "words_of_a_flag": Case("patterns", "flags/tests", 4, HUGE),
    "expression_of_a_flag": Case("version 1", "flags/tests", 8, 1),
    "expressions_of_a_flag": Case("version 1", "flags/tests", 9, 0),
    "kind_behind_the_last": Case("flags", "flags/tests", 5 * LIKE_URL, 8),
    "addresses_by_lower_words": Case("flags", "flags/tests", 5 * LIKE_URL + 1, 2),
    "negated_addresses": Case("flags", "flags/tests", 5 * LIKE_URL + 2, 2),
    "first_domain": Case("flags", "flags/tests", 5 * LIKE_URL + 3, HUGE),
    "domains": Case("flags", "flags/tests", 5 * LIKE_URL + 4, HUGE),
    "state_of_a_flag": Case("flags", "flags/next", 0, 0xFFFF),
    "expressions_of_lower_words": Case("version 1", "flags/tests", 6, 2),
    "longest_phrase": Case("patterns", "entity_ruler/phrases/settings", 1, 1025),
    "no_longest_phrase": Case("patterns", "entity_ruler/phrases/settings", 1, 0),
    "keys_of_a_phrase": Case("patterns", "entity_ruler/phrases/lists", 0, 9, "not there"),
    "lists_of_phrases": Case("patterns", "entity_ruler/phrases/list_start", 0, 1, "cover"),
    "group_of_the_ruler": Case("patterns", "span_ruler/settings", 0, HUGE - 1),
    "filter_of_spans": Case("patterns", "span_ruler/settings", 1, 4),
    "sets_entities": Case("patterns", "span_ruler/settings", 2, 2),
    "no_filter_of_entities": Case("patterns", "span_ruler/settings", 3, 0),
    "filter_of_entities": Case("patterns", "span_ruler/settings", 3, 4),
    "overwrites_spans": Case("patterns", "span_ruler/settings", 4, 2),
    "label_of_a_span": Case("patterns", "span_ruler/keys", 0, HUGE),
    "id_of_a_span": Case("patterns", "span_ruler/keys", 1, HUGE - 1),
    "key_of_a_span": Case("patterns", "span_ruler/phrases/lists", 0, 9, "not there"),
    "keeps_a_tag": Case("names", "tagger.2/keeps", 0, 2),
    "name_of_a_component": Case("names", "pipeline/names", 0, HUGE),
    "pooling_mixed": Case("cats", "textcat/settings", 0, 17),
    "pooling_unknown": Case("cats", "textcat_multilabel/settings", 0, 32),
    "activation_unknown": Case("cats", "textcat/settings", 1, 3),
    "parts_unknown": Case("cats", "textcat/settings", 2, 16),
    "keys_without_attention": Case("cats", "textcat_multilabel/settings", 2, 6),
    "nothing_to_read": Case("cats", "textcat_multilabel/settings", 0, 0),
    "cat_label": Case("cats", "textcat/labels", 2, HUGE),
    "ngram_zero": Case("cats", "textcat/bow/settings", 0, 0),
    "ngram_large": Case("cats", "textcat/bow/settings", 0, 17),
    "buckets_zero": Case("cats", "textcat/bow/settings", 1, 0),
    "buckets_large": Case("cats", "textcat/bow/settings", 1, 2**28 + 1),
    "bag_activation": Case("cats", "textcat/bow/settings", 2, 3),
    "bag_overlaps": Case("cats", "textcat/bow/settings", 3, 2),
    "rows_before": Case("cats", "textcat/bow/before", 1, HUGE, "does not count"),
    "rows_before_the_first": Case("cats", "textcat/bow/before", 0, 1, "does not count"),
    "key_of_the_group": Case("spans", "spancat/settings", 0, HUGE),
    "key_of_preset_spans": Case("spans", "spancat_singlelabel/settings", 1, HUGE - 1),
    "pooling_none": Case("spans", "spancat/settings", 2, 0),
    "pooling_attention": Case("spans", "spancat/settings", 2, 16),
    "span_activation": Case("spans", "spancat/settings", 3, 3),
    "hidden_large": Case("spans", "spancat/settings", 4, 65537),
    "hidden_huge": Case("spans", "spancat/settings", 4, HUGE),
    "span_parts": Case("spans", "spancat/settings", 6, 4),
    "span_label": Case("spans", "spancat/labels", 0, HUGE),
    "size_zero": Case("spans", "spancat/sizes", 0, 0),
    "size_large": Case("spans", "spancat/sizes", 4, 513),
    "sizes_falling": Case("spans", "spancat/sizes", 2, 0),
    "place_of_a_size": Case("spans", "spancat/sizes", 1, 3),
    "key_of_the_finder": Case("spans", "span_finder/settings", 0, HUGE),
    "shortest_span": Case("spans", "span_finder/settings", 1, 0),
    "longest_span": Case("spans", "span_finder/settings", 2, 0),
    "finder_activation": Case("spans", "span_finder/settings", 3, 3),
    "kind_of_noun_chunks": Case("networks", "noun_chunks/kind", 0, 12, "lacks"),
    "string_of_a_role": Case("networks", "noun_chunks/roles", 0, HUGE),
    "strings_of_roles_that_fall": Case("networks", "noun_chunks/roles", 2, 0),
    "role_unknown": Case("networks", "noun_chunks/roles", 1, 1 << 16),
    "label_of_subtokens": Case("tokens", "merge_subtokens/label", 0, HUGE),
    "kind_unknown": Case("fr", "lemmatizer/kind", 0, 11),
    "kind_that_shifts_too_far": Case("fr", "lemmatizer/kind", 0, 32),
    "part": Case("fr", "lemmatizer/parts", 0, HUGE),
    "rules_of_a_part": Case("fr", "lemmatizer/parts", 2, 1025),
    "index_of_a_part": Case("fr", "lemmatizer/parts", 3, HUGE - 1),
    "part_of_a_look_up": Case("pl", "lemmatizer/parts", 0, HUGE),
    "index_behind_the_last_edge": Case("nl", "lemmatizer/parts", 3, 2**31 + 2**22 - 2),
    "list": Case("es", "lemmatizer/lists", 0, HUGE),
    "rules_of_a_list": Case("es", "lemmatizer/lists", 1, 1025),
    "pos_of_a_group": Case("es", "lemmatizer/groups", 0, HUGE),
    "list_of_a_group": Case("es", "lemmatizer/groups", 1, HUGE),
    "first_feature": Case("es", "lemmatizer/groups", 2, HUGE),
    "features": Case("es", "lemmatizer/groups", 3, 65),
    "feature": Case("es", "lemmatizer/features", 0, HUGE),
}


MEANT = {"window_of_the_layers": "tagger/tok2vec/conv/0/W", "mish_of_pieces": "textcat/tok2vec/conv/0"}
"""The section that a refusal names, if not the one with the number."""


@pytest.mark.parametrize("name", CASES)
def test_number(name: str, files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    case = CASES[name]
    model = ModelBytes(files[case.file])
    model.set_number(case.section, case.index, case.value)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    (outcome,) = open_files([tmp_path / "damaged.tern"])
    section = MEANT.get(name, case.section)
    assert outcome.status == E_FORMAT and section in outcome.message and case.words in outcome.message, outcome


@pytest.mark.parametrize(
    "section, change, words",
    [
        ("parser/scores/W", lambda d: [d[0] - 1, *d[1:]], "number of slots"),
        ("ner/scores/W", lambda d: [d[0] + 7, *d[1:]], "number of slots"),
        ("ner/scores/W", lambda d: [d[0], d[1] + 1, *d[2:]], "panels"),
        ("ner/scores/W", lambda d: [d[0], d[1] * 3, *d[2:]], "panels"),
        ("parser/scores/pad", lambda d: [d[0], d[1] + 16], "shape"),
        ("parser/scores/pad", lambda d: [d[0] - 5, d[1]], "shape"),
        ("ner/linear/W", lambda d: [d[0], d[1], d[2] - 1, d[3]], "shape"),
        ("ner/moves", lambda d: [d[0] + 17, d[1]], "panels"),
    ],
)
def test_shape(
    section: str, change: Callable[[Any], Any], words: str, files: dict[str, bytes], tmp_path: Path, open_files
) -> None:
    model = ModelBytes(files["networks"])
    dims = change(model.dims(section))
    size = 4
    for dim in dims:
        size *= dim
    model.replace(section, (model.content(section) * 4)[:size], dims)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    (outcome,) = open_files([tmp_path / "damaged.tern"])
    assert outcome.status == E_FORMAT and words in outcome.message, outcome


@pytest.mark.parametrize(
    "section, dims, words",
    [
        ("tagger/tok2vec/chars", [4, 255, 3], "shape"),
        ("tagger/tok2vec/chars", [4, 256 * 3], "rank"),
        ("tagger/tok2vec/chars", [5, 256, 3], "shape"),  # of the layer that reads them
        ("tagger/tok2vec/chars", [16, 256, 1025], "wider"),
        ("textcat/tok2vec/edge_row", [8], "shape"),
    ],
)
def test_shape_of_a_layer(
    section: str, dims: list[int], words: str, files: dict[str, bytes], tmp_path: Path, open_files
) -> None:
    model, size = ModelBytes(files["layers"]), 4
    for dim in dims:
        size *= dim
    content = model.content(section)
    model.replace(section, (content * (size // len(content) + 1))[:size], dims)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    (outcome,) = open_files([tmp_path / "damaged.tern"])
    assert outcome.status == E_FORMAT and words in outcome.message, outcome


@pytest.mark.parametrize("section", ["parser/beam_width", "parser/beam_density"])
def test_half_of_a_search(section: str, files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    model = ModelBytes(files["beams"])
    model.remove(section)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    (outcome,) = open_files([tmp_path / "damaged.tern"])
    assert outcome.status == E_FORMAT and section in outcome.message, outcome


def test_without_an_own_encoder(files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    """The component then reads the one before it, whose width must fit; without one it reads zeros, as spaCy's does."""
    paths = []
    for shared in (True, False):
        model = ModelBytes(files["networks"])
        for name in [name for name in model.index if name.startswith("tagger/tok2vec/")]:
            model.remove(name)
        if not shared:
            count, row = model.dims("pipeline")
            model.replace("pipeline", model.content("pipeline")[4 * row :], [count - 1, row])
        paths.append(tmp_path / f"{shared}.tern")
        paths[-1].write_bytes(model.seal().data)
    other_width, no_encoder = open_files(paths)
    assert other_width.status == E_FORMAT and no_encoder.status == OK
    assert "tagger/W" in other_width.message and "shape" in other_width.message


def test_bag_of_words_that_does_not_fit(files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    """More buckets than bits, bits than rows, overlapping rows that are too long."""
    for section, index, value, words in [
        ("textcat/bow/settings", 1, 257, "section textcat/bow/used: has a shape"),
        ("textcat/bow/settings", 3, 1, "section textcat/bow/rows: has a shape"),
        ("textcat/bow/used", 3, 2**64 - 1, "counts more rows than there are"),
        ("textcat/bow/used", 0, 0, "does not count the rows before it"),
    ]:
        model = ModelBytes(files["cats"])
        model.set_number(section, index, value)
        (tmp_path / "damaged.tern").write_bytes(model.seal().data)
        (outcome,) = open_files([tmp_path / "damaged.tern"])
        assert outcome.status == E_FORMAT and words in outcome.message, outcome


@pytest.mark.parametrize("file", ["cats", "spans"])
def test_weights_that_are_no_numbers(file: str, files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    """Scores become none either; nothing else happens."""
    paths = []
    for name in added_sections(ModelBytes(files[file])):
        model = ModelBytes(files[file])
        if model.get_record(name, "dtype") != F32:
            continue
        for at in range(model.size(name) // 4):
            model.set_number(name, at, float("nan"))
        paths.append(tmp_path / f"{len(paths)}.tern")
        paths[-1].write_bytes(model.seal().data)
    assert {outcome.status for outcome in open_files(paths)} == {OK} and len(paths) > 5


def test_top_k_of_any_size(files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    """No more labels are tried than there are."""
    paths = []
    for top_k in (0, 20, 21, HUGE):
        model = ModelBytes(files["labels"])
        model.set_number("trainable_lemmatizer/settings", 0, top_k)
        paths.append(tmp_path / f"{top_k}.tern")
        paths[-1].write_bytes(model.seal().data)
    assert {outcome.status for outcome in open_files(paths)} == {OK}


@pytest.mark.parametrize("column, value, missing", [(2, 1, "lemmatizer/suffix_rules"), (3, 0, "lemmatizer/words")])
def test_look_up_of_a_part_with_rules(
    column: int, value: int, missing: str, files: dict[str, bytes], tmp_path: Path, open_files
) -> None:
    model = ModelBytes(files["pl"])
    model.set_number("lemmatizer/parts", column, value)
    (tmp_path / "damaged.tern").write_bytes(model.seal().data)
    (outcome,) = open_files([tmp_path / "damaged.tern"])
    assert outcome.status == E_FORMAT and "no section" in outcome.message and missing in outcome.message, outcome


def test_sets_of_the_empty_word(files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    paths = []
    for root in (2**31, 2**31 + 2**22 - 1, 2**22 - 1):
        model = ModelBytes(files["es"])
        model.set_number("lemmatizer/parts", 3, root)
        paths.append(tmp_path / f"{root}.tern")
        paths[-1].write_bytes(model.seal().data)
    assert {outcome.status for outcome in open_files(paths)} == {OK}


def added_sections(model: ModelBytes) -> list[str]:
    return [name for name in model.index if name.startswith(ADDED)]


@pytest.mark.parametrize("file", FILES)
def test_every_missing_section(file: str, files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    for name in added_sections(ModelBytes(files[file])):
        if name in OPTIONAL:
            continue
        model = ModelBytes(files[file])
        model.remove(name)
        (tmp_path / "missing.tern").write_bytes(model.seal().data)
        (outcome,) = open_files([tmp_path / "missing.tern"])
        assert outcome.status == E_FORMAT and "no section" in outcome.message and name in outcome.message, (
            name,
            outcome,
        )


@pytest.mark.parametrize("file", FILES)
def test_numbers_that_opening_passes_do_no_harm(file: str, files: dict[str, bytes], tmp_path: Path, open_files) -> None:
    """Each of the first numbers of each table, and whole tables, made larger than anything: refused, or run without a crash."""
    paths = []
    for name in added_sections(ModelBytes(files[file])):
        model = ModelBytes(files[file])
        if model.get_record(name, "dtype") != U32:
            continue
        total = model.size(name) // 4
        for index in [*range(min(total, 4 if REDUCED else 12)), None]:
            model = ModelBytes(files[file])
            for at in range(total) if index is None else [index]:
                model.set_number(name, at, HUGE - 1)
            paths.append(tmp_path / f"{len(paths)}.tern")
            paths[-1].write_bytes(model.seal().data)
    assert {outcome.status for outcome in open_files(paths)} <= {OK, E_FORMAT} and paths
