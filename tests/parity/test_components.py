"""Pipelines with several components of a factory, with names of their own, and with encoders that others do not find: each runs in
its place, and what earlier ones have set holds as far as it does in spaCy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

spacy = pytest.importorskip("spacy")

import oracle
import small_pipelines as small
from common import REDUCED
from comparison import spacy_alone
from convert import container
from convert.build import convert
from corpus import project_texts
from random_texts import TextMaker
from spacy.language import Language
from spacy.tokens import Doc

SEED = 17
TOLERANCE = 1e-5
DOCS = 60
WIDE = small.WIDTH + 8
CATS = ("LAW", "NEWS", "SPORTS")


# ---- pipelines -------------------------------------------------------------------------------------------------------


def transition(state_type: str, tok2vec: dict[str, Any]) -> dict[str, Any]:
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": False,
        "hidden_width": 24,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }
    return {"model": model, **({"min_action_freq": 1} if state_type == "parser" else {})}


def pooled(exclusive: bool, tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": {
            "@architectures": "spacy.TextCatReduce.v1",
            "tok2vec": tok2vec,
            "exclusive_classes": exclusive,
            "use_reduce_first": False,
            "use_reduce_last": False,
            "use_reduce_max": False,
            "use_reduce_mean": True,
        }
    }


def own(width: int = small.WIDTH) -> dict[str, Any]:
    return {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": small.encoder(width, 1)}}


def blank(*components: tuple[str, str, dict[str, Any]]) -> Language:
    """components: (factory, name, settings) in the order of the pipeline."""
    nlp = spacy.blank("en")
    for factory, name, settings in components:
        nlp.add_pipe(factory, name=name, config=settings)
    return nlp


RULES: list[dict[str, Any]] = [
    {
        "patterns": [[{"LOWER": {"IN": ["the", "a", "an"]}}]],
        "attrs": {"TAG": "DET!", "POS": "DET", "MORPH": "Ruled=Yes"},
    },
    {"patterns": [[{"LOWER": "is"}]], "attrs": {"LEMMA": "be!", "POS": "AUX"}},
]


def two_of_each() -> Language:
    """What an earlier component has set is kept, written over, or added to; rulers between the networks, too."""
    listen = small.listener
    return blank(
        ("tok2vec", "tok2vec", {"model": small.encoder()}),
        ("senter", "senter", own()),
        ("ner", "ner_drug", transition("ner", listen())),
        ("tagger", "tagger", small.labeller()),
        ("morphologizer", "morphologizer", small.labeller()),
        ("trainable_lemmatizer", "lemmas", small.labeller(top_k=2)),
        ("attribute_ruler", "attribute_ruler", {}),
        ("tagger", "tagger_kept", small.labeller(overwrite=False)),
        ("morphologizer", "morphologizer_kept", small.labeller(overwrite=False, extend=False)),
        ("trainable_lemmatizer", "lemmas_kept", {**own(), "top_k": 3, "backoff": None}),
        ("attribute_ruler", "late ruler", {}),
        ("trainable_lemmatizer", "lemmas_over", {**own(), "top_k": 1, "overwrite": True}),
        ("tagger", "tagger_over", {**own(WIDE), "overwrite": True}),
        ("morphologizer", "morphologizer_over", {**own(), "overwrite": True, "extend": False}),
        ("sentencizer", "sentencizer", {}),
        ("ner", "ner", transition("ner", small.encoder())),
        ("ner", "ner_rest", transition("ner", listen())),
        ("senter", "senter_over", {**small.labeller(), "overwrite": True}),
        ("textcat", "textcat", pooled(True, listen())),
        ("textcat_multilabel", "topics", pooled(False, listen())),
        ("textcat", "genres", pooled(True, small.encoder())),
    )


def several_encoders() -> Language:
    """Renamed, of other widths, before and behind those who listen; names that are no plain words."""
    named = {**small.listener(), "upstream": "Encoder: 1"}
    wide = {**small.listener(WIDE), "upstream": "wide"}
    return blank(
        ("tagger", "früh", {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": named}}),
        ("tok2vec", "Encoder: 1", {"model": small.encoder()}),
        ("morphologizer", "morphologizer", {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": named}}),
        ("ner", "ner", transition("ner", named)),
        ("tok2vec", "wide", {"model": small.encoder(WIDE, 3)}),
        ("parser", "parser", transition("parser", wide)),
        ("ner", "tagger", transition("ner", wide)),
        ("tok2vec", "tok2vec", {"model": small.encoder(WIDE, 1)}),
        # Doc.tensor is that of tok2vec, whatever it names
        ("trainable_lemmatizer", "lemmas", {"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": wide}}),
        ("textcat", "textcat", pooled(True, small.listener(WIDE))),
    )


def attention_without_rows() -> Language:
    """A classifier whose width no encoder tells."""
    model = {
        "@architectures": "spacy.TextCatParametricAttention.v1",
        "tok2vec": small.listener(),
        "exclusive_classes": True,
    }
    bag = {
        "@architectures": "spacy.TextCatEnsemble.v2",
        "tok2vec": small.listener(),
        "linear_model": {
            "@architectures": "spacy.TextCatBOW.v3",
            "exclusive_classes": True,
            "ngram_size": 1,
            "no_output_layer": False,
            "length": 64,
        },
    }
    return blank(
        ("tok2vec", "tok2vec", {"model": small.encoder()}),
        ("textcat", "textcat", {"model": model}),
        ("textcat", "both", {"model": bag}),
        ("parser", "parser", transition("parser", small.listener())),
        ("ner", "ner", transition("ner", small.listener())),
    )


RECIPES: dict[str, Callable[[], Language]] = {
    "two of each": two_of_each,
    "several encoders": several_encoders,
    "disabled encoders": several_encoders,
    "no rows": attention_without_rows,
}
DISABLED = {"disabled encoders": ["Encoder: 1", "tok2vec"]}
EXCLUDED = {"no rows": ["tok2vec"]}
LABELS: dict[str, Any] = {"genres": ["SPORTS", "POEM", "LAW"], "topics": ["NEWS", "POEM"]}
"""Labels by component: some are others', too, in another order."""


def gold() -> list[Doc]:
    docs = small.gold_docs(small.edit_lemma, DOCS)
    for i, doc in enumerate(docs):
        doc.cats = {label: float(i % len(CATS) == number) for number, label in enumerate(CATS)}
        doc.tensor = np.zeros((0,), dtype="float32")  # of another pipeline's encoder
    return docs


def drug_labels() -> Any:
    """Moves of a recogniser that knows other labels than the rest, and one of them."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("ner")
    for label in ("DRUG", "DOSE", "GPE"):
        pipe.add_label(label)
    return pipe.label_data


@pytest.fixture(scope="module", params=list(RECIPES))
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], Path]
) -> small.Pair:
    nlp, folder = RECIPES[request.param](), tmp_path_factory.mktemp("pipeline")
    files = {}
    for name, labels in {**LABELS, "ner_drug": drug_labels()}.items():
        if name in nlp.component_names:
            files[name] = folder / f"{name}.json"
            files[name].write_text(json.dumps(labels), encoding="utf-8")
    small.randomise(nlp, gold(), files)
    for ruler in (name for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == "attribute_ruler"):
        nlp.get_pipe(ruler).add_patterns(RULES)
    for name in DISABLED.get(request.param, []):
        nlp.disable_pipe(name)
    return pair_without(nlp, folder, program("tests/stages"), EXCLUDED.get(request.param, []))


def pair_without(nlp: Language, folder: Path, program: Path, exclude: Sequence[str]) -> small.Pair:
    nlp.to_disk(folder / "pipeline")
    groups = convert(str(folder / "pipeline"), lambda what: None, exclude).groups
    (folder / "model.tern").write_bytes(container.write([group.sections for group in groups]))
    return small.Pair(spacy.load(folder / "pipeline", exclude=exclude), folder / "model.tern", program)


@pytest.fixture(scope="module")
def texts(make_texts: Callable[[int], TextMaker], amount: Callable[[int, int], int]) -> list[str]:
    return project_texts()[:: 6 if REDUCED else 2] + make_texts(SEED).texts_of(amount(50, 300))


# ---- tests -----------------------------------------------------------------------------------------------------------


def cats_differ(pair: small.Pair, texts: Sequence[str], only: Sequence[str] | None = None) -> list[str]:
    """Categories in spaCy's order; scores within the tolerance. Of an empty text spaCy says something else in a batch."""
    texts = [text for text in texts if text]
    lines = [{"text": text, **({"components": list(only)} if only else {})} for text in texts]
    with pair.nlp.select_pipes(enable=list(only) if only else pair.nlp.pipe_names):
        wanted = list(oracle.answers(pair.nlp, texts))
    found = []
    for text, want, got in zip(texts, wanted, pair.stages().answers(lines)):
        same = [label for label, _ in want["cats"]] == [label for label, _ in got["cats"]] and all(
            abs(a - b) <= TOLERANCE for (_, a), (_, b) in zip(want["cats"], got["cats"])
        )
        found += [] if same else [f"spaCy {want['cats']}, tern {got['cats']} in text {text[:200]!r}"]
    return found


def test_whole_pipeline(pair: small.Pair, texts: list[str]) -> None:
    small.report(pair.differences(texts), texts)
    small.report(cats_differ(pair, texts), texts)


def runnable(pair: small.Pair, names: Sequence[str]) -> bool:
    """Does every listener find rows of its width, or none?"""
    width = None
    for name in names:
        pipe = pair.nlp.get_pipe(name)
        if pair.nlp.get_pipe_meta(name).factory == "tok2vec":
            width = pipe.model.get_dim("nO")
        listeners = (
            [node for node in getattr(pipe, "model", pipe).walk() if node.name == "tok2vec-listener"]
            if hasattr(getattr(pipe, "model", None), "walk")
            else []
        )
        if any(width is not None and node.get_dim("nO") != width for node in listeners):
            return False
    return True


def test_some_components(pair: small.Pair, texts: list[str]) -> None:
    """Each component left out, and each alone."""
    some, names = texts[:: len(texts) // (20 if REDUCED else 100)], pair.nlp.pipe_names
    subsets = [[other for other in names if other != name] for name in names] + [[name] for name in names]
    for only in subsets:
        if runnable(pair, only):
            small.report(pair.differences(some, only), some)
            small.report(cats_differ(pair, some, only), some)


def test_rows_of_another_width_are_refused(pair: small.Pair) -> None:
    """spaCy fails, or goes wrong without a word."""
    names = pair.nlp.pipe_names
    for only in ([other for other in names if other != name] for name in names):
        if not runnable(pair, only):
            (answer,) = pair.stages().answers([{"text": "One sentence.", "components": only}])
            assert "which have another width" in answer["error"]


@spacy_alone
def test_there_is_something_to_compare(pair: small.Pair, texts: list[str]) -> None:
    """Each recogniser finds something that the others do not; where rows are zeros, the first one leaves nothing to the second."""
    recognisers = [name for name in pair.nlp.pipe_names if pair.nlp.get_pipe_meta(name).factory == "ner"]
    found = [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in pair.nlp.pipe(texts)]
    changes = []
    for name in recognisers:
        with pair.nlp.select_pipes(enable=[other for other in pair.nlp.pipe_names if other != name]):
            without = [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in pair.nlp.pipe(texts)]
        changes.append(without != found)
    assert changes == [True] * len(changes) or (changes[0] and len(pair.nlp.disabled))
