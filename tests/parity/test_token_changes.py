"""merge_entities, merge_noun_chunks, merge_subtokens, token_splitter: pipelines of random weights with them at every place give
spaCy's documents."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np
import oracle
import small_pipelines as small
from common import REDUCED
from comparison import spacy_alone
from convert.config_check import plan_conversion
from convert.errors import ConvertError
from convert.tiny import blank, seed_weights
from convert.tiny_recipe import SENTENCES
from corpus import project_texts
from differences import first_difference
from mutant_rounds import Round, check_mutant, each_mutant, first_difference_of
from mutants import EngineBuild, EngineMutant
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from stages import Stages
from test_noun_chunks import converted

SEED = 41
TEXTS = 60 if REDUCED else 200
GOLD = {**SENTENCES, "pos": ["DET", "NOUN", "AUX", "VERB", "ADP", "DET", "NOUN", "NOUN", "PROPN", "VERB"]}
GOLD["deps"] = ["det", "nsubj", "aux", "ROOT", "prep", "det", "pobj", "conj", "nsubj", "ROOT"]
GOLD["entities"] = ["O", "B-LAW", "L-LAW", "O", "O", "U-LAW", "O", "B-DATE", "L-DATE", "O"]
GOLD["lemmas"] = ["a", "hearing", "be", "schedule", "on", "the", "issue", "today", "Alan", "leave"]
RULER = [
    {"label": "LAW", "pattern": [{"LOWER": "the"}, {"IS_ALPHA": True}]},
    {"label": "MANY", "pattern": [{"LENGTH": {">": 9}}]},
    {"label": "DATE", "pattern": "a man"},
]
ATTRIBUTES = [
    {"patterns": [[{"LENGTH": {">": 5}}]], "attrs": {"TAG": "LONG"}},
    {"patterns": [[{"LENGTH": 3}]], "attrs": {"DEP": "subtok"}},
    {"patterns": [[{"ENT_TYPE": "LAW"}, {"TAG": {"NOT_IN": ["X"]}}]], "attrs": {"LEMMA": "law"}},
]


def transition(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {"model": {"tok2vec": tok2vec}, "min_action_freq": 1}


def own(name: str) -> dict[str, Any]:
    """Settings of a component with an encoder of its own."""
    tok2vec = small.encoder(16, 1)
    if name in ("ner", "parser"):
        return {"model": {"tok2vec": tok2vec}, **({"min_action_freq": 1} if name == "parser" else {})}
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": tok2vec}}


def listens(name: str) -> dict[str, Any]:
    if name == "textcat":
        arch = {"@architectures": "spacy.TextCatReduce.v1", "tok2vec": small.listener(), "exclusive_classes": False}
        flags = ("use_reduce_first", "use_reduce_last", "use_reduce_max", "use_reduce_mean")
        return {"model": {**arch, **dict.fromkeys(flags, True)}}
    if name in ("ner", "parser"):
        return transition(small.listener()) if name == "parser" else {"model": {"tok2vec": small.listener()}}
    return small.labeller()


SETTINGS: dict[str, dict[str, Any]] = {
    "token_splitter": {"min_length": 6, "split_length": 4},
    "doc_cleaner": {"attrs": {"tensor": None, "_.trf_data": None, "user_data": {}}},
    "tok2vec": {"model": small.encoder()},
    "sentencizer": {"overwrite": True},
}
MODELS = ("tagger", "morphologizer", "trainable_lemmatizer", "parser", "ner", "senter", "textcat")


def make(names: Sequence[str], folder: Path, seed: int = SEED) -> Language:
    """Loaded from the folder, with no lexeme from before its norm table. Components by factory; with + before it one that has an
    encoder of its own."""
    nlp = blank()
    for name in names:
        factory = name.lstrip("+")
        settings = SETTINGS.get(factory)
        if factory in MODELS:
            settings = own(factory) if name.startswith("+") else listens(factory)
        nlp.add_pipe(factory, name=name.replace("+", "own_"), config=settings or {})
    doc = Doc(nlp.vocab, words=GOLD["words"])
    nlp.initialize(lambda: [Example.from_dict(doc, GOLD)])
    stream = np.random.RandomState(seed)
    for name, pipe in nlp.pipeline:
        if hasattr(pipe, "model") and hasattr(pipe.model, "walk"):
            seed_weights(pipe.model, stream)
        if name == "entity_ruler":
            pipe.add_patterns(RULER)
        if name == "attribute_ruler":
            pipe.add_patterns(ATTRIBUTES)
    nlp.to_disk(folder)
    return spacy.load(folder)


PIPELINES = {
    "entities": "tok2vec tagger morphologizer trainable_lemmatizer parser ner merge_entities doc_cleaner",
    "entities without a parse": "tok2vec tagger ner merge_entities textcat",
    "entities of a ruler": "entity_ruler merge_entities",
    "noun chunks": "tok2vec tagger morphologizer parser ner trainable_lemmatizer merge_noun_chunks",
    "subtokens": "tok2vec tagger parser ner attribute_ruler merge_subtokens",
    "entities, then chunks": "tok2vec morphologizer parser ner merge_entities attribute_ruler merge_noun_chunks merge_subtokens",
    "chunks, then entities": "tok2vec morphologizer parser merge_noun_chunks ner merge_entities tagger textcat",
    "subtokens, then all others": "tok2vec parser attribute_ruler merge_subtokens tagger trainable_lemmatizer ner textcat senter",
    "between encoders": "tok2vec morphologizer parser merge_noun_chunks +ner merge_entities +tagger entity_ruler attribute_ruler",
    "senter behind": "tok2vec parser ner merge_entities sentencizer +ner",
    "splitter first": "token_splitter tok2vec tagger morphologizer parser ner trainable_lemmatizer merge_entities",
    "splitter last": "tok2vec tagger morphologizer trainable_lemmatizer parser ner token_splitter",
    "splitter between": "tok2vec tagger morphologizer trainable_lemmatizer parser token_splitter +ner merge_noun_chunks",
    "splitter without a parse": "sentencizer entity_ruler token_splitter",
    "merges, then a splitter": "tok2vec morphologizer trainable_lemmatizer parser merge_noun_chunks token_splitter +tagger",
}


def texts_of(seed: int) -> list[str]:
    choose = random.Random(seed)
    words = [word for text in project_texts() for word in text.split() if word.isascii()]
    words += ["the", "a", "man", "don't", "New York", "Été", "σίγμα", "\n", "  ", "supercalifragilistic", "U.S."]
    drawn = [" ".join(choose.choices(words, k=choose.randrange(1, 30))) for _ in range(TEXTS)]
    return ["", "a", "a man", "don't", " \n ", "the man\n\n  left", *drawn, " ".join(choose.choices(words, k=900))]


@pytest.mark.parametrize("name", PIPELINES)
def test_documents(name: str, amount, tmp_path: Path, program: Callable[[str], Path]) -> None:
    changed = 0
    for seed in range(SEED, SEED + amount(1, 5)):
        nlp = make(PIPELINES[name].split(), tmp_path / str(seed), seed)
        file = converted(nlp, tmp_path / f"{seed}.tern")
        texts = [
            text for text in texts_of(seed) if text or "textcat" not in nlp.pipe_names
        ]  # spaCy's cannot do without
        wanted = list(oracle.answers(nlp, texts))
        answers = list(Stages(program("tests/stages"), file, "--features").texts(texts))
        differences = []
        for text, want, got in zip(texts, wanted, answers):
            plain = [token.norm_ for token in nlp.make_doc(text)]
            changed += len(plain) != len(want["start"])
            got = {key: value for key, value in got.items() if key not in ("norm", "attrs")} | {
                "norms": got.get("norm")
            }
            difference = first_difference(text, want, got)
            if not difference and got["norms"] != want["norm"]:
                difference = f"norms: spaCy {want['norm']}, tern {got['norms']} in {text!r}"
            scores = [dict(map(tuple, side["cats"])) for side in (want, got)]
            if not difference and scores[0] != pytest.approx(scores[1], abs=2e-5):
                difference = f"cats: spaCy {want['cats']}, tern {got['cats']} in {text!r}"
            differences += [difference] if difference else []
        small.report(differences, texts)
    assert changed > TEXTS // 4, "no token was joined or split"


# ---- what is wanted and what runs ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]) -> small.Pair:
    folder = tmp_path_factory.mktemp("tokens")
    nlp = make(PIPELINES["entities, then chunks"].split(), folder / "nlp")
    return small.Pair(nlp, converted(nlp, folder / "x.tern"), program("tests/stages"))


def test_whatever_is_wanted_has_the_same_tokens(pair: small.Pair) -> None:
    texts = [text for text in texts_of(SEED)[:60] if text]
    wants = [[], ["entities"], ["tags"], ["sentences"], ["noun_chunks"]]
    lines = [{"text": text, "want": want} for text in texts for want in wants]
    answers = iter(pair.stages().answers(lines))
    for want, wanted in zip(oracle.answers(pair.nlp, texts), ([next(answers) for _ in wants] for _ in texts)):
        assert all(got["start"] == want["start"] and got["end"] == want["end"] for got in wanted)
        assert wanted[1]["entities"] == want["entities"] and wanted[3]["sents"] == want["sents"]


@pytest.mark.parametrize("left_out", ["parser", "ner", "merge_entities", "merge_noun_chunks"])
def test_a_component_is_left_out(pair: small.Pair, left_out: str) -> None:
    names = [name for name in pair.nlp.pipe_names if name not in (left_out, "attribute_ruler", "merge_subtokens")]
    texts = texts_of(SEED + 1)[:80]
    small.report(pair.differences(texts, names), texts)


def test_subtokens_without_dependencies_are_an_error_as_in_spacy(pair: small.Pair) -> None:
    (answer,) = pair.stages().answers([{"text": "the man", "components": ["merge_subtokens"]}])
    assert "merge_subtokens needs a parser before it" in answer["error"]
    with pytest.raises(ValueError, match="E155"), pair.nlp.select_pipes(enable=["merge_subtokens"]):
        pair.nlp("the man")


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED = {
    "span_ruler merge_entities": "changes tokens to which the spans of span_ruler refer",
    "merge_subtokens": "looks at dependencies, which no component before it sets",
    "tok2vec token_splitter tagger": "listens to a tok2vec that runs before token_splitter",
    "tok2vec doc_cleaner tagger": "listens to rows that doc_cleaner takes away",
    "tok2vec +ner token_splitter +tagger merge_entities": "gives the types of their neighbours",
}


@pytest.mark.parametrize("names", REFUSED)
def test_refusals(names: str) -> None:
    nlp = blank()
    for name in names.split():
        factory = name.lstrip("+")
        settings = (
            own(factory) if name.startswith("+") else listens(factory) if factory in MODELS else SETTINGS.get(factory)
        )
        nlp.add_pipe(factory, name=name.replace("+", "own_"), config=settings or {})
    with pytest.raises(ConvertError, match=REFUSED[names]):
        plan_conversion(nlp.config.interpolate())


def test_static_vectors_of_joined_tokens() -> None:
    nlp = blank()
    nlp.add_pipe("merge_entities")
    settings = small.encoder()
    settings["embed"]["include_static_vectors"] = True
    nlp.add_pipe("tok2vec", config={"model": settings})
    with pytest.raises(ConvertError, match="reads static vectors of the tokens that merge_entities joins"):
        plan_conversion(nlp.config.interpolate())


def test_an_attribute_that_answers_show() -> None:
    nlp = blank()
    nlp.add_pipe("doc_cleaner", config={"attrs": {"ents": []}})
    with pytest.raises(ConvertError, match="sets ents of the document"):
        plan_conversion(nlp.config.interpolate())


def test_a_language_without_noun_chunks(tmp_path: Path) -> None:
    nlp = blank("xx")
    nlp.add_pipe("merge_noun_chunks")
    with pytest.raises(ConvertError, match="finds no noun chunks in this language"):
        converted(nlp, tmp_path / "x.tern")


# ---- deliberately broken copies --------------------------------------------------------------------------------------

MUTANTS = [
    EngineMutant(name, "retokenize.c", old, new, ())
    for name, old, new in (
        ("the first row of a range stays", "doc->tensor + (size_t)(next - 1) *", "doc->tensor + (size_t)from *"),
        ("the first token is the root", "root = root_of(&r, ranges[i]);", "root = ranges[i].start;"),
        ("entities are not repaired", "    repair_iob(&r);\n", ""),
        ("an entity begins anew", "r->iob[start] = goes_on ? INSIDE : BEGIN;", "(void)goes_on, r->iob[start] = BEGIN;"),
        (
            "lemmas are not stripped",
            "strip(doc, r->s->text.data, &bytes)",
            "(strip(doc, NULL, &(size_t){0}), r->s->text.data)",
        ),
        ("sentences stay", "    mark_sentences(&r);\n    repair_iob", "    repair_iob"),
        ("norms of the tokenizer stay", "    doc->norm_override[token] = NO_STRING;\n", ""),
        ("pieces are like their token", "old + piece : NO_SOURCE", "old : NO_SOURCE"),
        ("punctuation may be a root", "return (uint32_t)doc->token_count - 1;", "return r->depth[token];"),
    )
]
COMPARED = ("subtokens", "entities, then chunks", "chunks, then entities", "splitter between", "splitter last")


def difference_of(text: str, want: dict[str, Any], got: dict[str, Any]) -> str | None:
    """Of what a document has when everything has run, and of its norms."""
    found = {key: value for key, value in got.items() if key not in ("norm", "attrs")}
    return first_difference(text, want, found) or ("norm" if got["norm"] != want["norm"] else None)


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> list[Round]:
    found = []
    for name in COMPARED:
        folder = tmp_path_factory.mktemp("mutants")
        nlp = make(PIPELINES[name].split(), folder / "nlp")
        texts = [text for text in texts_of(SEED) if text]
        model = converted(nlp, folder / "x.tern")
        found.append(
            Round(model, texts, lambda nlp=nlp, texts=texts: list(oracle.answers(nlp, texts)), differ=difference_of)
        )
    return found


@pytest.mark.long
@spacy_alone
def test_nothing_broken(engine: EngineBuild, rounds: list[Round]) -> None:
    assert first_difference_of(rounds, engine.program) is None


@pytest.mark.long
@spacy_alone
@each_mutant(MUTANTS)
def test_mutants(mutant: EngineMutant, engine: EngineBuild, rounds: list[Round]) -> None:
    check_mutant(mutant, engine, rounds)
