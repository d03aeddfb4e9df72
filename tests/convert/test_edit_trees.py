"""Edit trees laid flat do to a word what spaCy's trees do; what cannot be laid flat is refused."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
import spacy
from convert.constants import NO_STRING
from convert.edit_trees import FlatTree, check_backoff, edit_tree_sections, flatten
from convert.errors import ConvertError
from convert.strings import StringTable
from spacy.pipeline._edit_tree_internals.edit_trees import EditTrees


def applied(tree: FlatTree, word: str) -> str | None:
    """What the engine does (engine/components/trainable_lemmatizer.c)."""
    lengths = [sum(edit.length for edit in end) for end in (tree.left, tree.right)]
    if sum(lengths) > len(word) or (tree.whole and sum(lengths) < len(word)):
        return None
    middle = word[lengths[0] : len(word) - lengths[1]]
    at, pieces = 0, []
    for edit in [*tree.left, None, *tree.right]:
        if edit is None:
            pieces.append(middle)
            at += len(middle)
            continue
        piece = word[at : at + edit.length]
        if edit.old is not None and edit.old != piece:
            return None
        pieces.append(piece if edit.new is None else edit.new)
        at += edit.length
    return "".join(pieces)


def component(trees: list[dict[str, Any]], labels: list[int], **settings: Any) -> Any:
    """Stands for an EditTreeLemmatizer; strings in the trees as texts."""
    vocab = spacy.blank("en").vocab
    for tree in trees:
        tree.update({key: vocab.strings.add(tree[key]) for key in ("orig", "subst") if isinstance(tree.get(key), str)})
    edit_trees = EditTrees(vocab.strings)
    edit_trees.from_json(trees)
    return SimpleNamespace(
        name="lemmatizer", vocab=vocab, trees=edit_trees, labels=labels, **{"top_k": 1, "backoff": "orth", **settings}
    )


def test_trees_do_to_every_word_what_spacys_do():
    draw = random.Random(4)
    vocab = spacy.blank("en").vocab
    trees = EditTrees(vocab.strings)
    words = ["".join(draw.choices("aabé\U0001f600", k=draw.randint(1, 9))) for _ in range(60)] + [
        "gegangen",
        "ab",
        "aa",
    ]
    numbers = sorted(
        {trees.add(form, lemma) for form in words for lemma in [*draw.sample(words, 12), form, "", form[1:-1]]}
    )
    pipe = SimpleNamespace(name="lemmatizer", vocab=vocab, trees=trees)
    flat = {number: flatten(pipe, number) for number in numbers}
    results = [(applied(flat[number], word), trees.apply(number, word)) for number in numbers for word in words]
    assert all(ours == theirs for ours, theirs in results)
    assert sum(theirs is None for _, theirs in results) > 1000
    assert sum(theirs is not None for _, theirs in results) > 1000
    assert max(len(tree.left) for tree in flat.values()) > 2 and any(tree.whole for tree in flat.values())


def test_sections_hold_the_trees_of_the_labels_only():
    trees = [
        {"orig": "d", "subst": "n"},
        {"prefix_len": 0, "suffix_len": 1, "prefix_tree": 0xFFFFFFFF, "suffix_tree": 0},
        {"orig": "was", "subst": "be"},
        {"orig": "x", "subst": "y"},
    ]
    strings = StringTable()
    settings, flat, edits = (
        section.array.tolist() for section in edit_tree_sections(component(trees, [2, 1]), strings)
    )
    assert settings == [1, 1]
    assert flat == [[0, 1, 0, 3, 0, 1], [1, 0, 1, 0, 1, 0]]
    assert [[row[0], strings.texts[row[1]], strings.texts[row[2]]] for row in edits] == [
        [3, "was", "be"],
        [1, "d", "n"],
    ]


def test_a_tree_that_keeps_the_word_needs_no_edits_but_the_section_is_there():
    keep = [{"prefix_len": 0, "suffix_len": 0, "prefix_tree": 0xFFFFFFFF, "suffix_tree": 0xFFFFFFFF}]
    settings, flat, edits = edit_tree_sections(component(keep, [0], top_k=3, backoff=None), StringTable())
    assert settings.array.tolist() == [3, 0]
    assert flat.array.tolist() == [[0, 0, 0, 0, 0, 0]] and edits.array.tolist() == [[0, NO_STRING, NO_STRING]]


def match(prefix: int, suffix: int, prefix_tree: int, suffix_tree: int) -> dict[str, Any]:
    return {"prefix_len": prefix, "suffix_len": suffix, "prefix_tree": prefix_tree, "suffix_tree": suffix_tree}


NONE = 0xFFFFFFFF


@pytest.mark.parametrize(
    "trees, words",
    [
        ([match(1, 0, NONE, NONE)], "edit tree 4294967295 is missing"),
        ([match(2, 0, 1, NONE), {"orig": "abc", "subst": ""}], "edit tree 1 cannot apply to the 2 characters"),
        ([match(2, 0, 1, NONE), match(2, 1, NONE, NONE)], "edit tree 4294967295 is missing"),
        (
            [match(1, 0, 1, NONE), match(1, 1, 2, 2), {"orig": "a", "subst": ""}],
            "edit tree 1 cannot apply to the 1 characters",
        ),
        ([match(1, 0, 0, NONE)], "edit tree 0 is too deep"),
        ([match(0, 1, NONE, 7)], "edit tree 7 is missing"),
        ([{"orig": 12345, "subst": "a"}], "edit tree 0 has a string that the pipeline lacks"),
    ],
)
def test_trees_that_cannot_be_laid_flat(trees, words):
    with pytest.raises(ConvertError, match=f"component lemmatizer: {words}"):
        edit_tree_sections(component(trees, [0]), StringTable())


@pytest.mark.parametrize("top_k, written", [(0, 0), (-3, 0), (1, 1), (21, 21), (30, 30), (2**40, 2**32 - 1)])
def test_every_top_k_of_spacys(top_k, written):
    """It takes any number: none of the trees is tried below 1, all of them from their number on."""
    settings, *_ = edit_tree_sections(component([{"orig": "a", "subst": "b"}], [0], top_k=top_k), StringTable())
    assert settings.array.tolist() == [written, 1]


def test_a_backoff_that_is_refused():
    with pytest.raises(
        ConvertError, match="component lemmatizer: backoff = 'lower' is not supported, only 'orth' or none"
    ):
        check_backoff(component([{"orig": "a", "subst": "b"}], [0], backoff="lower"))
