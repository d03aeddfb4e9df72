"""Doc.noun_chunks in every language that has them, with parsers of random weights over the labels it looks at, as in spaCy."""

from __future__ import annotations

import importlib
import json
import pkgutil
import random
import tempfile
from pathlib import Path
from typing import Any, Callable

import pytest

spacy = pytest.importorskip("spacy")

import numpy as np
import oracle
import small_pipelines as small
import spacy.lang
from common import MODEL, REDUCED, Run
from comparison import spacy_alone
from convert import container
from convert.build import build_groups
from convert.chars import python_facts
from convert.components import labels_of
from convert.config_check import plan_conversion
from convert.describe import meta_json
from convert.noun_chunks import LANGUAGES, language_of
from convert.source import Source
from convert.tiny import _tokenizer, reduced_facts, seed_weights
from convert.tiny_recipe import META
from corpus import project_texts
from differences import first_difference
from runtime.tern_server import TernServer
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from stages import Stages

SEED = 23
TEXTS = 30 if REDUCED else 80
DOCS = 40
LIKE_ANOTHER = {"es", "fa", "it", "la", "ms", "nb", "pt", "sv"}
"""Languages that share their algorithm with one that is compared every time."""
TEXT = "Autonomous cars shift insurance liability toward manufacturers."
RULE_TOKENIZER = {"nlp": {"tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}}
OTHER_POS = ["NOUN", "PROPN", "PRON", "VERB", "AUX", "ADP", "DET", "CCONJ", "PUNCT", "ADJ", "SPACE"]
OTHER_LABELS = ["ROOT", "conj", "punct", "dep"]


def languages_with_chunks() -> list[str]:
    found = []
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        if module.ispkg and importlib.util.find_spec(f"spacy.lang.{module.name}.syntax_iterators"):
            found.append(module.name)
    return sorted(found)


def test_every_language_that_has_them_converts() -> None:
    assert languages_with_chunks() == sorted(set(LANGUAGES) & set(languages_with_chunks()))


# ---- pipelines -------------------------------------------------------------------------------------------------------


def blank(code: str) -> Language:
    """With the tokenizer of the tiny model, which converts at once."""
    nlp = spacy.blank(code, config=RULE_TOKENIZER)
    nlp.tokenizer = _tokenizer(nlp.vocab)
    return nlp


def labels_of_roles(code: str) -> list[str]:
    names = {name for names in LANGUAGES[code][1].values() for name in names.split()}
    return sorted({name for name in names if not name.isupper()} | set(OTHER_LABELS))


def tree(choose: random.Random, size: int) -> list[int]:
    """Heads of one sentence: each token's head is another that is nearer to the root. Some arcs cross."""
    order = list(range(size))
    choose.shuffle(order)
    heads = [0] * size
    for place, token in enumerate(order):
        nearest = sorted(order[:place], key=lambda other, token=token: abs(other - token))
        heads[token] = (
            (choose.choice(nearest[:2]) if choose.random() < 0.9 else choose.choice(nearest)) if place else token
        )
    return heads


def example(nlp: Language, choose: random.Random, labels: list[str]) -> Example:
    size = choose.randrange(2, 9)
    words = ["".join(choose.choices("abcdef", k=choose.randrange(1, 6))) for _ in range(size)]
    heads = tree(choose, size)
    deps = ["ROOT" if heads[i] == i else choose.choice(labels) for i in range(size)]
    pos = [choose.choice(OTHER_POS) for _ in range(size)]
    return Example(Doc(nlp.vocab, words), Doc(nlp.vocab, words, heads=heads, deps=deps, pos=pos, sent_starts=None))


def whole(code: str) -> Language:
    """With the language's own tokenizer rules."""
    return spacy.blank(code, config=RULE_TOKENIZER)


def make(code: str, seed: int, begin: Callable[[str], Language] = blank) -> Language:
    nlp = begin(code)
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    nlp.add_pipe("morphologizer", config=small.labeller())
    nlp.add_pipe("parser", config={"model": {"tok2vec": small.listener()}, "min_action_freq": 1})
    choose = random.Random(seed)
    examples = [example(nlp, choose, labels_of_roles(code)) for _ in range(DOCS)]
    nlp.initialize(lambda: examples)
    stream = np.random.RandomState(seed)
    for _, pipe in nlp.pipeline:
        seed_weights(pipe.model, stream)
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(3):  # parses that are less of one kind
        nlp.update(examples, sgd=optimizer)
    return nlp


def converted(nlp: Language, file: Path) -> Path:
    plan = plan_conversion(nlp.config.interpolate())
    with tempfile.TemporaryDirectory() as folder:
        meta = meta_json(META, Source(Path(folder)), {}, plan, labels_of(nlp, plan))
    groups = build_groups(nlp, plan, meta, reduced_facts(python_facts()), lambda what: None)
    file.write_bytes(container.write([group.sections for group in groups]))
    return file


def texts_of(seed: int) -> list[str]:
    choose = random.Random(seed)
    words = [word for text in project_texts() for word in text.split() if word.isascii()]
    drawn = [" ".join(choose.choices(words, k=choose.randrange(1, 40))) for _ in range(TEXTS)]
    return ["", "a", "a b", " \n ", "cat dog\n\n cat", *drawn, " ".join(choose.choices(words, k=700))]


@pytest.mark.parametrize(
    "code",
    [pytest.param(code, marks=pytest.mark.long) if code in LIKE_ANOTHER else code for code in languages_with_chunks()],
)
def test_random_parses(code: str, amount, tmp_path: Path, program: Callable[[str], Path]) -> None:
    chunks = 0
    for seed in range(SEED, SEED + amount(1, 4)):
        nlp = make(code, seed)
        assert language_of(nlp) == code
        file = converted(nlp, tmp_path / f"{code}{seed}.tern")
        texts = texts_of(seed)
        wanted = list(oracle.answers(nlp, texts))
        answers = list(Stages(program("tests/stages"), file).texts(texts))
        small.report([d for d in map(first_difference, texts, wanted, answers) if d], texts)
        for want, got in zip(wanted, answers):
            assert ("noun_chunks" in want) == ("noun_chunks" in got)
            chunks += len(want.get("noun_chunks", []))
    assert chunks > TEXTS, "the parses show nothing"


# ---- real texts ------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("code", languages_with_chunks())
def test_sentences_of_the_language(code: str, tmp_path: Path, program: Callable[[str], Path]) -> None:
    """spaCy's own, each alone, two together, all in a row. French by its trained pipeline: test_official.py."""
    sentences = importlib.import_module(f"spacy.lang.{code}.examples").sentences
    texts = [*sentences, *map(" ".join, zip(sentences, sentences[1:])), "\n".join(sentences)]
    chunks = 0
    for seed in range(SEED, SEED + 3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        pair = small.saved_pair(make(code, seed, whole), folder, program("tests/stages"))
        small.report(pair.differences(texts), texts)
        chunks += sum(len(answer.get("noun_chunks", [])) for answer in pair.stages().texts(texts))
    assert chunks > len(texts), "the parses show nothing"


def test_english(comparison, some_texts) -> None:
    both = comparison("full")
    texts = [*project_texts(), *some_texts(SEED)]
    small.report(both.differences(texts), texts)
    found = list(both.stages().texts(texts))
    assert all("noun_chunks" in answer for answer in found if answer["start"])
    assert sum(len(answer["noun_chunks"]) for answer in found if answer["start"]) > len(texts)


def test_what_is_not_wanted_is_not_there(program: Callable[[str], Path]) -> None:
    lines = [{"text": TEXT, "want": [name]} for name in ("noun_chunks", "entities", "dependencies")]
    alone, *others = Stages(program("tests/stages"), MODEL).answers(lines)
    assert alone["noun_chunks"] == [[0, 2], [3, 5], [6, 7]]
    assert not any("noun_chunks" in answer for answer in others)
    (without,) = Stages(program("tests/stages"), MODEL).answers([{"text": TEXT, "components": ["tok2vec", "tagger"]}])
    assert "noun_chunks" not in without


# ---- outputs ---------------------------------------------------------------------------------------------------------


def chunks_of(nlp: Language, text: str) -> list[Any]:
    return list(nlp(text).noun_chunks)


@spacy_alone
def test_lines_of_json(run: Run, nlp_everything) -> None:
    texts = [TEXT, "", "Été: the \U0001f600 cat and a dog"]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    plain = run("tern", "pipe", input=lines).stdout
    done = run("tern", "pipe", "--noun-chunks", input=lines).stdout
    assert b"noun_chunks" not in plain
    for text, line, before in zip(texts, done.splitlines(), plain.splitlines()):
        answer = json.loads(line)
        expected = [{"start": chunk.start_char, "end": chunk.end_char} for chunk in chunks_of(nlp_everything, text)]
        assert answer.pop("noun_chunks") == expected and answer == json.loads(before)
    one = run("tern", "parse", "--format", "json", "--noun-chunks", TEXT).stdout
    assert one.splitlines() == done.splitlines()[:1]


@spacy_alone
def test_table(run: Run, nlp_everything) -> None:
    done = run("tern", "parse", "--noun-chunks", TEXT).stdout.decode()
    below = [line.split() for line in done.split("\n\n")[-1].splitlines()]
    assert below == [["noun", "chunks", "text"]] + [
        [f"{chunk.start}-{chunk.end - 1}", *chunk.text.split()] for chunk in chunks_of(nlp_everything, TEXT)
    ]
    assert "noun chunks" not in run("tern", "parse", TEXT).stdout.decode()


@pytest.mark.parametrize("form", ["tree", "html", "conllu"])
def test_other_formats_do_not_show_them(run: Run, form: str) -> None:
    done = run("tern", "parse", "--noun-chunks", "--format", form, "Hi")
    assert done.returncode == 2 and b"--noun-chunks is for the formats table and json" in done.stderr


@spacy_alone
def test_answers_over_http(program: Callable[[str], Path], nlp_everything) -> None:
    with TernServer(program("tern"), MODEL) as server:
        plain, flagged, wrong = (
            server.ner(json.dumps({"text": TEXT, **more}).encode())
            for more in ({}, {"noun_chunks": True, "format": "spacy"}, {"noun_chunks": 1})
        )
    found = flagged.json.pop("noun_chunks")
    assert "noun_chunks" not in plain.json and found == [
        {"text": chunk.text, "label": "NP", "start_char": chunk.start_char, "end_char": chunk.end_char}
        for chunk in chunks_of(nlp_everything, TEXT)
    ]
    assert wrong.status == 400 and '"noun_chunks" must be true or false' in wrong.json["error"]


def test_a_model_without_them(run: Run, program: Callable[[str], Path]) -> None:
    sentiment = MODEL.with_name("sentiment.tern")
    done = run("tern", "pipe", "-m", sentiment, "--noun-chunks", input=b"")
    assert done.returncode == 1 and b"the model finds no noun chunks" in done.stderr
