"""tern gives what spaCy gives: every stage, on every text, with spaCy run beside it.

spaCy runs NER alone (`nlp(text)` without the other components). Every failure shows the first divergence: stage, token, both
values, text; for a decision also spaCy's margin. TERN_RANDOM_TEXTS and TERN_RANDOM_SEED choose other random texts; with
TERN_REDUCED=1, for builds with sanitizers, there are fewer.
"""
from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Sequence

import pytest

pytest.importorskip("spacy")

import make  # noqa: E402  (tests/golden)
import oracle  # noqa: E402
from conftest import REDUCED  # noqa: E402
from random_texts import NAMES, WORDS, TextMaker  # noqa: E402
from stages import Stages, first_decision_difference, first_difference, first_layer_difference, marks  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TEXT_FILES = sorted(path.stem for path in (HERE / "texts").glob("*.jsonl"))
CORPUS = ROOT.parent / "shared" / "corpus" / "ewt-dev.jsonl"
RANDOM_TEXTS = int(os.environ.get("TERN_RANDOM_TEXTS", "2000" if REDUCED else "24000"))
RANDOM_SEED = int(os.environ.get("TERN_RANDOM_SEED", "3"))
RANDOM_PARTS = 4


def read_texts(path: Path) -> List[str]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


@pytest.fixture(scope="module")
def run_stages(program: Callable[[str], Path], model_file: Path) -> Callable[..., Stages]:
    return lambda *flags: Stages(program("tests/stages"), model_file, *flags)


@pytest.fixture(scope="module")
def move_names(nlp_ner) -> List[str]:
    moves = nlp_ner.get_pipe("ner").moves
    return [moves.get_class_name(i) for i in range(moves.n_moves)]


@pytest.fixture(scope="module")
def make_texts(nlp_ner) -> Callable[[int], TextMaker]:
    """make_texts(seed): random texts that know the tokenizer's exceptions and cut pieces from the project's texts."""
    return lambda seed: TextMaker(seed, list(nlp_ner.tokenizer.rules), oracle.project_texts())


@pytest.fixture(scope="module")
def compare(nlp_ner, run_stages, move_names) -> Callable[[Iterable[str]], int]:
    """Compares every exact stage of the texts; fails with the number of differing texts and the first divergence."""

    def explain(text: str, difference: str) -> str:
        """Where an entity difference comes from: the first layer or decision that differs."""
        doc = nlp_ner.make_doc(text)
        got = next(run_stages("--layers", "--trace").texts([text]))
        inner = "trace" in got and (
            first_layer_difference(oracle.layers(nlp_ner, doc), got)
            or first_decision_difference(move_names, oracle.trace(nlp_ner, doc), got["trace"])
        )
        return f"{difference}\n{inner}" if inner else difference

    def check(texts: Iterable[str]) -> int:
        texts = list(texts)
        differences = []
        for text, want, got in zip(texts, oracle.answers(nlp_ner, texts), run_stages().texts(texts)):
            difference = first_difference(text, want, got)
            if difference:
                differences.append((text, difference))
        if differences:
            first = explain(*differences[0])
            pytest.fail(f"{len(differences)} of {len(texts)} texts differ; the first:\n{first}", pytrace=False)
        return len(texts)

    return check


@pytest.fixture(scope="module")
def compare_inside(nlp_ner, run_stages, move_names) -> Callable[[Sequence[str]], int]:
    """Compares embedding sums, encoder layers and decisions of the texts; returns how many decisions there were."""

    def check(texts: Sequence[str]) -> int:
        decisions = 0
        for text, got in zip(texts, run_stages("--layers", "--trace").texts(texts)):
            doc = nlp_ner.make_doc(text)
            assert "error" not in got, f"{got['error']} on {text[:300]!r}"
            if len(doc) == 0:
                assert got["start"] == []
                continue
            difference = first_layer_difference(oracle.layers(nlp_ner, doc), got)
            difference = difference or first_decision_difference(move_names, oracle.trace(nlp_ner, doc), got["trace"])
            assert difference is None, f"{difference} in text {text[:300]!r}"
            decisions += len(got["trace"]["chosen"])
        return decisions

    return check


# ---- the project's texts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXT_FILES)
def test_project_texts(compare, name: str) -> None:
    assert compare(read_texts(HERE / "texts" / f"{name}.jsonl")) > 30


@pytest.mark.parametrize("name", sorted(TEXT_FILES, key=lambda name: name != "lengths"))   # 1, 2, 3, ... tokens first
def test_layers_and_decisions_of_project_texts(compare_inside, name: str) -> None:
    assert compare_inside(read_texts(HERE / "texts" / f"{name}.jsonl")) > 100


def test_every_label_occurs(nlp_ner) -> None:
    """The texts mean little if the model finds too little in them."""
    found = {label for answer in oracle.answers(nlp_ner, oracle.project_texts()) for _, _, label in answer["entities"]}
    assert found == set(nlp_ner.get_pipe("ner").labels)


def test_oracle_layers_are_spacys(nlp_ner) -> None:
    """The oracle runs the encoder layer by layer: its last layer must be what spaCy's own forward pass gives."""
    for text in read_texts(HERE / "texts" / "lengths.jsonl"):
        doc = nlp_ner.make_doc(text)
        if len(doc):
            assert oracle.layers(nlp_ner, doc).layers[-1].tobytes() == oracle.tower(nlp_ner, doc).tobytes()


def test_oracle_decisions_are_spacys(nlp_ner) -> None:
    for text in read_texts(HERE / "texts" / "entities.jsonl"):
        doc = nlp_ner.make_doc(text)
        oracle.trace(nlp_ner, doc)
        assert [(e.start, e.end, e.label_) for e in doc.ents] == [(e.start, e.end, e.label_) for e in nlp_ner(text).ents]


def test_golden_answers_are_current(nlp_ner) -> None:
    """The answers that the C tests compare with are still those of the installed spaCy."""
    lines = make.GOLDEN.read_text(encoding="ascii").splitlines()
    made, here = json.loads(lines[0])["meta"], oracle.versions(nlp_ner)
    for key in ("model_version", "unicode"):
        if made[key] != here[key]:
            pytest.skip(f"golden answers are of {key} {made[key]}, here is {here[key]}")
    assert make.golden_lines(nlp_ner)[1:] == lines[1:]


def test_command_line_gives_spacys_json(nlp_ner, run) -> None:
    """`tern pipe --only ner`: text, ents and tokens of Doc.to_json()."""
    texts = oracle.project_texts()
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    done = run("tern", "pipe", "--only", "ner", input=lines)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(got) == len(texts)
    for text, doc, answer in zip(texts, nlp_ner.pipe(texts), got):
        want = doc.to_json()
        for key in ("text", "ents"):
            assert answer[key] == want[key], f"{key} of {text[:300]!r}"
        want_tokens = [{key: token[key] for key in ("id", "start", "end")} for token in want["tokens"]]
        assert [{key: token[key] for key in ("id", "start", "end")} for token in answer["tokens"]] == want_tokens


# ---- other texts -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no {CORPUS}")
def test_corpus(compare) -> None:
    assert compare(read_texts(CORPUS)) > 100


@pytest.mark.parametrize("part", range(RANDOM_PARTS))
def test_random_texts(compare, make_texts, part: int) -> None:
    count = RANDOM_TEXTS // RANDOM_PARTS
    assert compare(make_texts(RANDOM_SEED * 1000 + part).texts_of(count)) == count


def test_layers_and_decisions_of_random_texts(compare_inside, make_texts) -> None:
    assert compare_inside(make_texts(RANDOM_SEED * 1000 + 100).texts_of(100 if REDUCED else 400)) > 1000


def test_preset_sentence_starts(nlp_ner, run_stages, make_texts) -> None:
    """Entities never cross a preset start; 1, -1 and 0 at random, as the parser, the senter or a caller would leave them."""
    choose = random.Random(RANDOM_SEED)
    texts = oracle.project_texts() + make_texts(RANDOM_SEED * 1000 + 200).texts_of(500 if REDUCED else 2000)
    docs = [nlp_ner.make_doc(text) for text in texts]
    weights = [(1, 1, 1), (4, 1, 1), (1, 6, 0)]
    starts = [choose.choices([1, -1, 0], choose.choice(weights), k=len(doc)) for doc in docs]
    lines = [{"text": text, "sent_starts": marks(values)} for text, values in zip(texts, starts)]
    wanted = oracle.answer_with_sent_starts(nlp_ner, docs, starts)
    changed = 0
    plain = run_stages().texts(texts)
    for text, want, got, alone in zip(texts, wanted, run_stages().answers(lines), plain):
        difference = first_difference(text, want, got)
        assert difference is None, difference
        changed += got["entities"] != alone["entities"]
    assert changed > 100   # the starts did matter


def test_entities_after_the_parser(nlp_full, run_stages) -> None:
    """With the sentence starts of spaCy's parser, tern finds the entities of spaCy's whole pipeline."""
    texts = oracle.project_texts() + (read_texts(CORPUS)[:20 if REDUCED else 100] if CORPUS.is_file() else [])
    docs = list(nlp_full.pipe(texts))
    lines = [{"text": text, "sent_starts": marks(token.sent_start for token in doc)} for text, doc in zip(texts, docs)]
    changed = 0
    for text, doc, got, alone in zip(texts, docs, run_stages().answers(lines), run_stages().texts(texts)):
        want = [[ent.start, ent.end, ent.label_] for ent in doc.ents]
        assert got["entities"] == want, f"spaCy {want}, tern {got['entities']} in text {text[:300]!r}"
        changed += got["entities"] != alone["entities"]
    assert changed > 0   # the starts did matter


# ---- whole documents -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [510, 511, 512, 513, 514, 515, 516, 1023, 1024, 1025])
def test_block_boundaries(compare, compare_inside, tokens: int) -> None:
    """The encoder walks long documents in blocks of 512 rows: the seams must not show."""
    choose = random.Random(tokens)
    single = [word for word in WORDS + NAMES if word.isalpha()]
    text = " ".join(choose.choices(single, k=tokens))
    compare([text])
    assert compare_inside([text]) >= tokens


def test_running_twice_and_a_fresh_context_give_the_same(run_stages, make_texts) -> None:
    """Bitwise, also after a long document has left its numbers in the scratch memory."""
    maker = make_texts(RANDOM_SEED * 1000 + 300)
    short = oracle.project_texts()[::7] + maker.texts_of(100)
    texts = short + [maker.long_text(30_000)] + short + [""] + short[::-1]
    flags = ("--layers", "--trace")
    reused = list(run_stages(*flags).texts(texts))
    fresh: Dict[str, Any] = {}
    for text, answer in zip(texts, run_stages(*flags, "--fresh").texts(texts)):
        assert fresh.setdefault(text, answer) == answer
    for i, (text, answer) in enumerate(zip(texts, reused)):
        assert answer == fresh[text], f"text {i} depends on what ran before it: {text[:300]!r}"


def test_long_document(compare, make_texts) -> None:
    compare([make_texts(RANDOM_SEED * 1000 + 400).long_text(150_000)])


def test_longest_text(nlp_ner, run_stages, make_texts) -> None:
    """spaCy's limit of 1,000,000 code points: accepted, and every character is in a token or is the space after one."""
    text = make_texts(RANDOM_SEED * 1000 + 500).long_text(nlp_ner.max_length)
    got = next(run_stages().texts([text]))
    assert "error" not in got, got
    at = 0
    for start, end, space in zip(got["start"], got["end"], got["space"]):
        assert start == at and end > start
        at = end + space
    assert at == len(text)
    assert all(text[end] == " " for end, space in zip(got["end"], got["space"]) if space)


def test_too_long_text(nlp_ner, run_stages) -> None:
    """One code point more is an error, as in spaCy (E088), even if it takes four bytes."""
    for character in ("a", "😀"):
        got = next(run_stages().texts([character * (nlp_ner.max_length + 1)]))
        assert "1000001" in got["error"].replace(",", "")


@pytest.mark.parametrize("unit", ["(", ")", "'", ":)", "a.", "x.Com ", "http://a", "$", "-", "A", "\u0301", " \n", "don't"])
def test_hostile_text(compare, run_stages, unit: str) -> None:
    """Texts on which spaCy's time grows with the square or worse: equal while short, and 20,000 of them still end."""
    compare([unit * count for count in (1, 2, 3, 50, 201)])
    got = next(run_stages().texts([unit * 20_000], timeout=120))
    assert got["end"][-1] + got["space"][-1] == 20_000 * len(unit)
