"""Words that are cut already: tern's documents of them are those of spaCy's pipelines for Doc(vocab, words, spaces)."""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

spacy = pytest.importorskip("spacy")

import languages
import oracle
import small_pipelines as small
from common import REDUCED, SPACY_PACKAGE
from comparison import text_maker
from corpus import project_texts
from differences import first_difference
from spacy.tokens import Doc
from stages import Stages

SEED = 11
OTHER_LIBRARIES = ["ja", "ko", "th", "vi", "zh"]


class Given(NamedTuple):
    """Arguments of a Doc; spaces: None as in spaCy."""

    words: list[str]
    spaces: list[bool] | None = None

    def line(self) -> dict[str, Any]:
        return {"tokens": self.words} if self.spaces is None else {"tokens": self.words, "spaces": self.spaces}

    def doc(self, nlp: Any) -> Doc:
        return Doc(nlp.vocab, self.words, self.spaces)


# ---- words -----------------------------------------------------------------------------------------------------------

ODD_WORDS = [
    " ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u2028", "\x1c", " x", "x ", "New York", "a\nb", "\0", "a\0b", "\0\0",
    "don't", "n't", "'s", "'S", "ca", "gonna", "U.S.", ":)", "$", "\u20ac", "``", "''", "\u2019s", "0", "1,000.50", "12:30",
    "\u0130", "\u03a3", "\u039f\u03a3", "\u039f\u03a3.", "\u1e9e", "\ufeff", "\u200b", "\U0001f600", "\U0010ffff", "e\u0301",
    "NORM", "TAG", "root", "ORG", "X" * 99, "X" * 100, "aB" * 2000, "\u65e5\u672c\u8a9e", "\u6771\u4eac\u90fd",
    "\ud55c\uad6d\uc5b4", "\uc11c\uc6b8+\uc5d0\uc11c", "\u0e01\u0e23\u0e38\u0e07\u0e40\u0e17\u0e1e", "H\u00e0 N\u1ed9i",
]  # fmt: skip
CUTS = ["\u6211\u5728\u5317\u4eac\u5de5\u4f5c\u3002\u4ed6\u662f\u738b\u5c0f\u660e\u3002",
        "\u6771\u4eac\u306b\u4f4f\u3093\u3067\u3044\u307e\u3059\u3002",
        "\uc11c\uc6b8\uc5d0\uc11c \uc77c\ud574\uc694."]  # fmt: skip


class WordMaker:
    """Draws words as nobody's tokenizer cuts them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts = text_maker(SPACY_PACKAGE, seed)

    def _cut(self, text: str) -> list[str]:
        """Pieces of a text at random places, so that blanks and halves of words are among them."""
        places = sorted({0, len(text), *(self.random.randrange(len(text) + 1) for _ in range(len(text) // 3))})
        return [text[begin:end] for begin, end in zip(places, places[1:])]

    def _words(self) -> list[str]:
        draw = self.random.random()
        if draw < 0.4:
            return self.texts.text().split(" ")
        if draw < 0.6:
            return self._cut(self.texts.text())
        if draw < 0.8:
            return list(self.random.choice(CUTS))
        return self.random.choices(ODD_WORDS, k=self.random.randint(0, 12))

    def given(self) -> Given:
        words = [word for word in self._words() if word]
        spaces = [self.random.random() < 0.6 for _ in words]
        return Given(words, self.random.choice([None, spaces, spaces]))


def given_words(amount: int) -> list[Given]:
    maker = WordMaker(SEED)
    single = [Given([word], spaces) for word in ODD_WORDS for spaces in (None, [False], [True])]
    return [Given([]), Given([], []), *single, *(maker.given() for _ in range(amount))]


# ---- comparison ------------------------------------------------------------------------------------------------------


CATS_TOLERANCE = 1e-4
"""Random weights make the scores steep: the plain product, too, is 2e-5 away."""


def _cats_difference(want: dict[str, Any], got: dict[str, Any]) -> str | None:
    labels = [label for label, _ in want["cats"]]
    same = labels == [label for label, _ in got["cats"]] and all(
        abs(a - b) <= CATS_TOLERANCE for (_, a), (_, b) in zip(want["cats"], got["cats"])
    )
    return None if same else f"cats: spaCy {want['cats']}, tern {got['cats']}"


def differences(nlp: Any, program: Path, model: Path, given: Sequence[Given]) -> list[str]:
    """The first difference of each document that differs."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W108\]")
        # one at a time: a batch changes the categories of an empty document
        wanted = [oracle.answer(doc) for doc in nlp.pipe([each.doc(nlp) for each in given], batch_size=1)]
    answers = Stages(program, model, "--features").answers(each.line() for each in given)
    found = [
        first_difference(each.doc(nlp).text, want, got) or _cats_difference(want, got)
        for each, want, got in zip(given, wanted, answers)
    ]
    return [difference for difference in found if difference]


def all_components(nlp: Any) -> None:
    """Adds what a pipeline may have, with random weights."""
    nlp.add_pipe("tok2vec", config={"model": small.encoder()})
    nlp.add_pipe("tagger", config=small.labeller())
    nlp.add_pipe("morphologizer", config=small.labeller(extend=True, overwrite=True))
    nlp.add_pipe("trainable_lemmatizer", config=small.labeller(min_tree_freq=1))
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(
        "ner", config={"model": {**nlp.get_factory_meta("ner").default_config["model"], "tok2vec": small.listener()}}
    )
    nlp.add_pipe(
        "parser",
        config={"model": {**nlp.get_factory_meta("parser").default_config["model"], "tok2vec": small.listener()}},
    )
    nlp.add_pipe("textcat_multilabel")
    docs = small.gold_docs(small.edit_lemma, 40)
    for i, doc in enumerate(docs):
        doc.cats = {"A": float(i % 2), "B": float(i % 3 == 0)}
    small.randomise(nlp, docs)


@pytest.fixture(scope="module")
def given(amount: Callable[[int, int], int]) -> list[Given]:
    return given_words(amount(300, 2500))


def test_the_installed_pipeline(given: list[Given], program: Callable[[str], Path], model_file: Path) -> None:
    nlp = oracle.pipeline(SPACY_PACKAGE, "full")
    small.report(differences(nlp, program("tests/stages"), model_file, given), given)


def test_words_of_the_tokenizer(program: Callable[[str], Path], model_file: Path) -> None:
    """What the tokenizer cuts, given: the norms of its special cases are not there."""
    nlp = oracle.pipeline(SPACY_PACKAGE, "full")
    docs = [nlp.make_doc(text) for text in project_texts()]
    cut = [Given([token.text for token in doc], [bool(token.whitespace_) for token in doc]) for doc in docs]
    small.report(differences(nlp, program("tests/stages"), model_file, cut), cut)
    assert any(token.norm_ != given.norm_ for doc, each in zip(docs, cut) for token, given in zip(doc, each.doc(nlp)))


# ---- without a tokenizer ---------------------------------------------------------------------------------------------


def _other_tokenizer(folder: Path, code: str) -> None:
    """The pipeline becomes one whose tokenizer is another library's, which is not here, with data that nobody can read."""
    config = folder / "config.cfg"
    name = languages.tokenizer_name(code)
    changed = re.sub(r'@tokenizers = "[^"]*"', f'@tokenizers = "{name}"', config.read_text(encoding="utf-8"))
    assert name in changed
    config.write_text(changed, encoding="utf-8")
    (folder / "tokenizer").unlink()
    (folder / "tokenizer").mkdir()
    (folder / "tokenizer" / "cfg").write_text("not what a tokenizer reads")


@pytest.mark.parametrize(
    "code", ["zh", *(pytest.param(code, marks=pytest.mark.long) for code in OTHER_LIBRARIES if code != "zh")]
)
def test_tokenizer_of_another_library(
    code: str, given: list[Given], program: Callable[[str], Path], tmp_path: Path
) -> None:
    nlp = spacy.blank(code, config={"nlp": {"tokenizer": {"@tokenizers": languages.RULE_TOKENIZER}}})
    all_components(nlp)
    nlp.to_disk(tmp_path / code)
    loaded = spacy.load(tmp_path / code)
    _other_tokenizer(tmp_path / code, code)
    model = tmp_path / "model.tern"
    small.convert_folder(tmp_path / code, model, given_words=True)
    small.report(differences(loaded, program("tests/stages"), model, given), given)
    assert next(Stages(program("tests/stages"), model).texts(["x"]))["error"].startswith("the model has no tokenizer")


def test_tern_pipe(given: list[Given], run) -> None:
    """Doc.to_json() of spaCy, with its text."""
    nlp = oracle.pipeline(SPACY_PACKAGE, "full")
    lines = "".join(json.dumps(each.line()) + "\n" for each in given[:200]).encode()
    done = run("tern", "pipe", input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    docs = nlp.pipe([each.doc(nlp) for each in given[:200]])
    for doc, line in zip(docs, done.stdout.splitlines()):
        assert json.loads(line) == doc.to_json(), f"of {doc.text[:300]!r}"


@pytest.mark.skipif(REDUCED, reason="too long under sanitizers")
def test_a_million_characters(run) -> None:
    """As many as a text may have: one word, many of one character, and one more is refused."""
    for words, spaces in ((["x" * 1_000_000], [False]), (["y"] * 100_000, None)):
        done = run("tern", "pipe", "--only", "tok2vec,tagger", input=json.dumps(Given(words, spaces).line()).encode())
        answer = json.loads(done.stdout)
        assert len(answer["tokens"]) == len(words) and all(token["tag"] for token in answer["tokens"])
    done = run("tern", "pipe", input=json.dumps({"tokens": ["x" * 1_000_000]}).encode())
    assert json.loads(done.stdout)["error"] == "the text has 1000001 characters, the limit is 1000000: split it"
