"""Records what spaCy's arc-eager parser does on random walks, and what its deprojectivisation makes of random trees.

    python tests/unit/record_parser.py

Writes tests/data/parser_walks.jsonl and tests/data/dependency_trees.jsonl. The first line of each says what made it.

A walk is a sequence of random valid actions on a document with random preset sentence starts; no network takes part, so the
states are stranger than any training would make them:
    {"starts": [0, 1, -1, ...], "spaces": "010...", "steps": [[class, "SDRLB as 0/1", [token in each slot or -1]], ...],
     "heads": [...], "deps": ["..."], "sents": [1, -1, ...]}       the last three after set_annotations and deprojectivize
A tree is a forest with random labels:
    {"spaces": "010...", "heads": [...], "labels": ["X||Y", ...], "heads_after": [...], "deps": [...], "sents": [...]}
"""

from __future__ import annotations

import json
import platform
import random
from pathlib import Path
from typing import Any

import spacy
from spacy.pipeline._parser_internals.arc_eager import ArcEager
from spacy.pipeline._parser_internals.nonproj import deprojectivize
from spacy.pipeline._parser_internals.stateclass import StateClass
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.vocab import Vocab

DATA = Path(__file__).resolve().parent.parent / "data"
WALKS, TREES = 160, 200

# The classes of the toy model in tests/unit/test_parser.c, in this order.
CLASSES = [
    "S",
    "D",
    "L-a",
    "L-subtok",
    "L-b||a",
    "L-a||c",
    "R-a",
    "R-b",
    "R-c",
    "R-subtok",
    "R-subtok||b",
    "R-c||ROOT",
    "B",
]


# How much an action is liked, drawn anew for each walk. The stack must have a chance to grow.
WEIGHTS = {
    "S": [0.3, 1.0, 3.0, 10.0],
    "D": [0.03, 0.1, 0.3, 1.0],
    "L": [0.03, 0.3, 1.0],
    "R": [0.03, 0.3, 1.0],
    "B": [0.03, 0.3],
}

# What some walks begin with, as far as it is allowed: a second right child gets another head, and the first comes up again.
BEGINNINGS = [[], [], [], ["S", "R-a", "D", "R-b", "L-a"], ["S", "S", "R-a", "R-b", "D", "R-c", "L-b||a", "D"]]


def moves(strings: StringStore) -> ArcEager:
    actions: dict[int, dict[str, int]] = {0: {"": 1}, 1: {"": 1}, 2: {}, 3: {}, 4: {"ROOT": 1}}
    for name in CLASSES:
        if "-" in name:
            actions["SDLRB".index(name[0])][name[2:]] = 1
    return ArcEager(strings, actions)


def blank_doc(rng: random.Random, vocab: Vocab, tokens: int) -> tuple[Doc, str]:
    spaces = "".join("1" if rng.random() < 0.05 else "0" for _ in range(tokens))
    return Doc(vocab, words=["\n" if space == "1" else "w" for space in spaces]), spaces


def sentence_marks(doc: Doc) -> list[int]:
    return [{None: 0, True: 1, False: -1}[token.is_sent_start] for token in doc]


def slots(state: StateClass) -> list[int]:
    b0, s0 = state.B(0), state.S(0)
    return [b0, state.B(1), s0, state.S(1), state.S(2), state.L(b0, 1), state.L(s0, 1), state.R(s0, 1)]


def walk(rng: random.Random, vocab: Vocab, system: ArcEager) -> dict[str, Any]:
    doc, spaces = blank_doc(rng, vocab, rng.choice([1, 2, 3, 5, 8, 13, 21]))
    started, not_started = rng.choice([(0, 0), (0, 0), (0.1, 0.1), (0.3, 0.3), (0, 0.9), (0.5, 0.2)])
    for token in doc:
        draw = rng.random()
        token.is_sent_start = True if draw < started else False if draw < started + not_started else None
    marks = sentence_marks(doc)
    weights = {action: rng.choice(choices) for action, choices in WEIGHTS.items()}
    state = StateClass(doc)
    steps: list[Any] = []
    script = list(rng.choice(BEGINNINGS))
    while not state.is_final():
        valid = [system.is_valid(state, "B-ROOT" if name == "B" else name) for name in CLASSES]
        allowed = [c for c, is_valid in enumerate(valid) if is_valid]
        chosen = CLASSES.index(script.pop(0)) if script else -1
        if chosen not in allowed:
            chosen = rng.choices(allowed, [weights[CLASSES[c][0]] for c in allowed])[0]
        steps.append([chosen, "".join("01"[is_valid] for is_valid in valid), slots(state)])
        name = CLASSES[chosen]
        system.apply_transition(state, "B-ROOT" if name == "B" else name)
    system.set_annotations(state, doc)
    deprojectivize(doc)
    return {"starts": marks, "spaces": spaces, "steps": steps, **annotations(doc)}


def annotations(doc: Doc) -> dict[str, Any]:
    return {
        "heads": [token.head.i for token in doc],
        "deps": [token.dep_ for token in doc],
        "sents": sentence_marks(doc),
    }


def zigzag(rng: random.Random, tokens: int) -> list[int]:
    """A chain of heads from the ends to the middle, left and right by turns, broken and branched: edges need many rounds."""
    path = [token for pair in zip(range(tokens), reversed(range(tokens))) for token in pair][:tokens]
    branches = rng.choice([0.0, 0.1, 0.3])
    heads = list(range(tokens))
    for i, token in enumerate(path[:-1]):
        head = rng.choice(path[i + 1 :]) if rng.random() < branches else path[i + 1]
        heads[token] = head if rng.random() < 0.98 else token
    return heads


def forest(rng: random.Random, tokens: int) -> list[int]:
    """Heads without a cycle, seldom projective: each token but the roots hangs on one that came before it in a shuffle."""
    if rng.random() < 0.25:
        return zigzag(rng, tokens)
    order = rng.sample(range(tokens), tokens)
    near = rng.choice([1, 3, tokens])
    heads = list(range(tokens))
    for i, token in enumerate(order):
        earlier = [other for other in order[:i] if abs(other - token) <= near]
        if earlier and rng.random() < 0.95:
            heads[token] = rng.choice(earlier)
    return heads


def tree(rng: random.Random, vocab: Vocab) -> dict[str, Any]:
    doc, spaces = blank_doc(rng, vocab, rng.choice([1, 2, 4, 8, 16, 32, 48, 63]))
    heads = forest(rng, len(doc))
    decorated = rng.choice([0.0, 0.1, 0.3, 0.6])
    labels = [rng.choice("abc") + ("||" + rng.choice("abcd") if rng.random() < decorated else "") for _ in doc]
    labels = ["ROOT" if head == i else label for i, (head, label) in enumerate(zip(heads, labels))]
    words = [token.text for token in doc]
    doc = deprojectivize(Doc(vocab, words=words, heads=heads, deps=labels))
    after = annotations(doc)
    return {
        "spaces": spaces,
        "heads": heads,
        "labels": labels,
        "heads_after": after["heads"],
        "deps": after["deps"],
        "sents": after["sents"],
    }


def write(name: str, lines: list[dict[str, Any]]) -> None:
    made_by = {"spacy": spacy.__version__, "python": platform.python_version()}
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in [made_by, *lines])
    (DATA / name).write_text(text, encoding="utf-8")


def main() -> None:
    vocab = Vocab(lex_attr_getters={spacy.attrs.IS_SPACE: str.isspace})
    system = moves(vocab.strings)
    rng = random.Random(4)
    write("parser_walks.jsonl", [walk(rng, vocab, system) for _ in range(WALKS)])
    rng = random.Random(7)  # has a tree whose edges change when its lifted arcs are back, which is rare
    write("dependency_trees.jsonl", [tree(rng, vocab) for _ in range(TREES)])


if __name__ == "__main__":
    main()
