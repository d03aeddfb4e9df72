"""Edit trees of the trainable lemmatizer (spacy/pipeline/_edit_tree_internals/edit_trees.pyx), laid flat.

A tree keeps the middle of a word and edits its ends, which have fixed lengths: so each end is a row of edits from left to
right, each of so many code points, however deep the tree. Only the trees that a label chooses are needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .constants import EDIT_TREE_MAX_EDITS, NO_STRING
from .container import Section, tensor
from .errors import ConvertError
from .network import NetworkSections
from .strings import StringTable
from .tagger import tagger_network

NO_TREE = 0xFFFFFFFF
MAX_TOP_K = 0xFFFFFFFF
"""More than any number of trees."""
BACKOFFS = (None, "orth")
"""What a token gets to which no tree applies, in the numbering of trainable_lemmatizer/settings."""


class Edit(NamedTuple):
    """A piece of the word: its length in code points, what it must be (None: anything, it is kept), what it becomes."""

    length: int
    old: str | None = None
    new: str | None = None


class FlatTree(NamedTuple):
    """whole: nothing may lie between the two ends; else what does is kept."""

    left: list[Edit]
    right: list[Edit]
    whole: bool


class _Flattener:
    """Reads the trees of one component."""

    def __init__(self, pipe: Any) -> None:
        self.pipe = pipe

    def _refuse(self, tree: int, what: str) -> ConvertError:
        return ConvertError(f"component {self.pipe.name}: edit tree {tree} {what}")

    def _node(self, tree: int) -> Any:
        if not 0 <= tree < len(self.pipe.trees):
            raise self._refuse(tree, "is missing")
        return self.pipe.trees[tree]

    def _text(self, tree: int, string: int) -> str:
        try:
            return str(self.pipe.vocab.strings[string])
        except KeyError as error:
            raise self._refuse(tree, "has a string that the pipeline lacks") from error

    def _substitution(self, tree: int, node: Any) -> Edit:
        old = self._text(tree, node["orig"])
        return Edit(len(old), old, self._text(tree, node["subst"]))

    def _end(self, tree: int, length: int) -> list[Edit]:
        """Edits of a tree below another one, for a piece of that length."""
        if tree == NO_TREE and length == 0:
            return []
        node = self._node(tree)
        edits = (
            [self._substitution(tree, node)]
            if "orig" in node
            else [
                *self._end(node["prefix_tree"], node["prefix_len"]),
                Edit(length - node["prefix_len"] - node["suffix_len"]),
                *self._end(node["suffix_tree"], node["suffix_len"]),
            ]
        )
        if any(edit.length < 0 for edit in edits) or sum(edit.length for edit in edits) != length:
            raise self._refuse(tree, f"cannot apply to the {length} characters that another tree leaves to it")
        return edits

    def flatten(self, tree: int) -> FlatTree:
        """A tree that a label chooses."""
        node = self._node(tree)
        if "orig" in node:
            return FlatTree([self._substitution(tree, node)], [], True)
        try:
            flat = FlatTree(
                self._end(node["prefix_tree"], node["prefix_len"]),
                self._end(node["suffix_tree"], node["suffix_len"]),
                False,
            )
        except RecursionError as error:
            raise self._refuse(tree, "is too deep") from error
        if max(len(flat.left), len(flat.right)) > EDIT_TREE_MAX_EDITS:
            raise self._refuse(tree, f"has more than {EDIT_TREE_MAX_EDITS} edits at one end")
        return flat


def flatten(pipe: Any, tree: int) -> FlatTree:
    """A tree of a component, by number. Refuses what spaCy never makes: a tree that cannot apply, or that loses characters."""
    return _Flattener(pipe).flatten(tree)


def check_backoff(pipe: Any) -> None:
    if pipe.backoff not in BACKOFFS:
        raise ConvertError(f"component {pipe.name}: backoff = {pipe.backoff!r} is not supported, only 'orth' or none")


def _settings(pipe: Any) -> list[int]:
    return [min(max(pipe.top_k, 0), MAX_TOP_K), BACKOFFS.index(pipe.backoff)]


def _edit_row(edit: Edit, strings: StringTable) -> list[int]:
    return [edit.length, *(NO_STRING if text is None else strings.number(text) for text in (edit.old, edit.new))]


def edit_tree_sections(pipe: Any, strings: StringTable) -> list[Section]:
    """trainable_lemmatizer/settings, trees and edits of an EditTreeLemmatizer."""
    settings = tensor("trainable_lemmatizer/settings", _settings(pipe), "u4")
    trees: list[list[int]] = []
    edits: list[Edit] = []
    for number in pipe.labels:
        tree = flatten(pipe, number)
        lengths = [sum(edit.length for edit in end) for end in (tree.left, tree.right)]
        trees.append([len(edits), len(tree.left), len(tree.right), *lengths, int(tree.whole)])
        edits += [*tree.left, *tree.right]
    rows = [_edit_row(edit, strings) for edit in edits] or [[0, NO_STRING, NO_STRING]]  # a section is never empty
    return [
        settings,
        tensor("trainable_lemmatizer/trees", trees, "u4"),
        tensor("trainable_lemmatizer/edits", rows, "u4"),
    ]


def trainable_lemmatizer_sections(pipe: Any, strings: StringTable) -> NetworkSections:
    """Everything under trainable_lemmatizer/ of an EditTreeLemmatizer. As nothing has set LEMMA before it, its setting
    overwrite changes nothing."""
    network, embeddings = tagger_network("trainable_lemmatizer", pipe, len(pipe.labels))
    return NetworkSections([*network, *edit_tree_sections(pipe, strings)], embeddings)
