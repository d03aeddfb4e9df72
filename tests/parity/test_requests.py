"""What is asked for decides what runs, and nothing else: masks of annotations and components, contexts used again."""

from __future__ import annotations

import itertools
import random
import warnings
from typing import Any

import pytest

pytest.importorskip("spacy")

import oracle
from common import REDUCED
from corpus import TEXTS, project_texts, read_texts
from differences import FIELDS_OF, TOKENS, first_difference

# Fields that nothing can set that is needed for what is asked for.
NEVER_SET = {
    "entities": ("tag", "pos", "morph", "lemma"),
    "sentences": ("tag", "pos", "morph", "lemma", "entities"),
    "dependencies": ("entities",),
    "tags": ("entities",),
    "pos": ("entities",),
    "morphs": ("entities",),
    "lemmas": ("entities",),
}
ALL_MASKS = [names for size in range(8) for names in itertools.combinations(FIELDS_OF, size)]


def is_unset(answer: dict[str, Any], field: str) -> bool:
    return not any(answer[field])


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [text for text in project_texts() if len(text) > 40][::40]


@pytest.mark.parametrize("name", FIELDS_OF)
def test_asking_for_one_thing(comparison, amount, name: str) -> None:
    """The same values as in the whole document, and what it takes no part in does not run."""
    texts = project_texts()[:: amount(8 if REDUCED else 4, 1)]
    stages = comparison("full").stages()
    for text, full, got in zip(
        texts, stages.texts(texts), stages.answers({"text": text, "want": [name]} for text in texts)
    ):
        difference = first_difference(text, full, got, FIELDS_OF[name])
        assert difference is None, f"asked for {name}: {difference}"
        for field in NEVER_SET[name]:
            assert is_unset(got, field), f"asked for {name}, {field} is set: {got[field]}"


def test_asking_for_any_things(comparison, texts) -> None:
    """All 128 masks in one context, in a random order: each gives what it asks for as in the whole document."""
    choose = random.Random(7)
    asked = [(text, names) for text in texts for names in (ALL_MASKS[::8] if REDUCED else ALL_MASKS)]
    choose.shuffle(asked)
    stages = comparison("full").stages()
    full = dict(zip(texts, stages.texts(texts)))
    for (text, names), got in zip(asked, stages.answers({"text": text, "want": list(names)} for text, names in asked)):
        fields = [field for name in names for field in FIELDS_OF[name]]
        difference = first_difference(text, full[text], got, fields)
        assert difference is None, f"asked for {names}: {difference}"
        if not names:
            assert all(is_unset(got, field) for field in ("tag", "pos", "morph", "dep", "lemma", "entities"))


def test_any_components(comparison, nlp_everything, texts) -> None:
    """Each of the 127 sets of components gives what spaCy gives when the others are left out."""
    subsets = [names for size in range(1, 8) for names in itertools.combinations(oracle.COMPONENTS, size)]
    if REDUCED:
        subsets = subsets[::8]
    texts = ["", " ", "He  doesn't.", *texts[:6]]
    lines = [{"text": text, "components": names} for names in subsets for text in texts]
    answers = comparison("everything").stages().answers(lines)
    for names in subsets:
        with nlp_everything.select_pipes(enable=list(names)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = list(oracle.answers(nlp_everything, texts))
        for text, want in zip(texts, wanted):
            difference = first_difference(text, want, next(answers))
            assert difference is None, f"with {names}: {difference}"


def test_running_twice_and_a_fresh_context_give_the_same(comparison, make_texts, amount) -> None:
    """Bitwise, also after a long document has left its numbers in the scratch memory."""
    maker = make_texts(3300)
    short = project_texts()[:: amount(56 if REDUCED else 28, 7)] + maker.texts_of(amount(15 if REDUCED else 30, 100))
    texts = short + [maker.long_text(amount(12_000, 30_000))] + short + [""] + short[::-1]
    flags = ("--features", "--layers", "--scores", "--trace")
    fresh: dict[str, Any] = {}
    for text, answer in zip(texts, comparison("full").stages(*flags, "--fresh").texts(texts)):
        assert fresh.setdefault(text, answer) == answer
    for i, (text, answer) in enumerate(zip(texts, comparison("full").stages(*flags).texts(texts))):
        assert answer == fresh[text], f"text {i} depends on what ran before it: {text[:300]!r}"


def test_sentence_starts_do_not_stay(comparison) -> None:
    """Preset starts are of one run: the next is as if they had never been."""
    texts = [text for text in read_texts(TEXTS["documents"]) if text]
    stages = comparison("full").stages()
    plain = list(stages.texts(texts))
    lines: list[dict[str, Any]] = []
    for text, answer in zip(texts, plain):
        lines += [{"text": text, "sent_starts": "+" * len(answer["start"])}, {"text": text}]
    answers = list(stages.answers(lines))
    assert [answer["sents"] for answer in answers[::2]] == [[[i, i + 1] for i in range(len(a["start"]))] for a in plain]
    assert answers[1::2] == plain


def test_unknown_sentence_starts_are_refused(comparison) -> None:
    got = next(comparison("full").stages().answers([{"text": "One two.", "sent_starts": "+0"}]))
    assert "2 preset sentence starts for 3 tokens" in got["error"]


def test_tokens_are_always_there(comparison, texts) -> None:
    for _text, full, got in zip(
        texts,
        comparison("full").stages().texts(texts),
        comparison("full").stages().answers({"text": text, "want": []} for text in texts),
    ):
        assert [got[key] for key in TOKENS] == [full[key] for key in TOKENS]
