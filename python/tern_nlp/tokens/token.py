"""Token: a word of a document. What is read for every token is in C (token.c)."""

from __future__ import annotations

import warnings

from .. import _tern, symbols
from .. import attrs as _attrs
from ..errors import Errors, Warnings
from ..parts_of_speech import IDS as POS_IDS
from .morphanalysis import MorphAnalysis
from .underscore import Extensible, Underscore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..lexeme import Lexeme
    from .span import Span

_CONJ = symbols.IDS["conj"]
_HEAD, _SENT_START = _attrs.IDS["HEAD"], _attrs.IDS["SENT_START"]


def vector_attribute(obj: Any) -> int:
    """What the vocabulary's vectors go by, of a token or a word."""
    attr = obj.vocab.vectors.attr
    return int(obj.doc._get(obj.i, attr)) if isinstance(obj, Token) else obj._attribute(attr)


def cosine(one: Any, other: Any, name: str) -> float:
    """Of the vectors of two objects, with spaCy's warnings where they say little."""
    if one.vocab.vectors.n_keys == 0:
        warnings.warn(Warnings.W007.format(obj=name), stacklevel=3)
    if one.vector_norm == 0 or other.vector_norm == 0:
        if not one.has_vector or not other.has_vector:
            warnings.warn(Warnings.W008.format(obj=name), stacklevel=3)
        return 0.0
    return float(one.vector.dot(other.vector) / (one.vector_norm * other.vector_norm))


class Token(_tern.Token, Extensible):
    """A word, a punctuation mark, white space …, as the tokenizer cut it."""

    __slots__ = ()
    _extensions_of = "token_extensions"

    def __reduce__(self) -> Any:
        raise NotImplementedError(Errors.E111)

    def __str__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return self.text.encode("utf8")

    @property
    def _(self) -> Underscore:
        """Custom attributes."""
        return Underscore(Underscore.token_extensions, self, start=self.idx, end=None)

    @property
    def lex(self) -> Lexeme:
        """The word in the vocabulary."""
        return self.vocab[self.orth]

    @property
    def rank(self) -> int:
        """The word's rank."""
        return self.vocab._rank(self.orth, super().rank)

    lex_id = rank

    @property
    def prob(self) -> float:
        """The logarithm of how often the word is met, where the vocabulary has such a table."""
        return self.lex.prob

    @property
    def cluster(self) -> int:
        """The word's Brown cluster, where the vocabulary has such a table."""
        return self.lex.cluster

    @property
    def sentiment(self) -> float:
        """A number that users give the word; 0.0 where they did not."""
        hook = self.doc.user_token_hooks.get("sentiment")
        return hook(self) if hook else self.lex.sentiment

    @property
    def is_oov(self) -> bool:
        """Has its word no vector?"""
        return self.orth not in self.vocab.vectors

    def _set_pos(self, name: str) -> None:
        if name not in POS_IDS:
            raise ValueError(Errors.E1021.format(pp=name))
        self.pos = POS_IDS[name]

    # ---- morphology

    def _set_morph(self, morph: MorphAnalysis) -> None:
        if not isinstance(morph, MorphAnalysis):
            raise TypeError(
                f"a MorphAnalysis is wanted, and this is {type(morph)}: use set_morph for strings and dicts"
            )
        if morph.vocab is not self.vocab:
            raise ValueError(Errors.E1013)
        self._morph_id = morph.key

    def set_morph(self, features: Any) -> None:
        """Sets it from a string, a dict, an id, a MorphAnalysis; None removes it."""
        if features is None:
            self._morph_id = 0
        elif isinstance(features, MorphAnalysis):
            self.morph = features
        else:
            strings = self.vocab.strings
            self._morph_id = self.vocab.morphology.add(strings[features] if isinstance(features, int) else features)

    # ---- vectors

    @property
    def has_vector(self) -> bool:
        """Does it have a vector, or a row of the model's?"""
        hook = self.doc.user_token_hooks.get("has_vector")
        if hook:
            return hook(self)
        if self.vocab.vectors.size == 0 and self.doc.tensor.size != 0:
            return True
        return self.vocab.has_vector(vector_attribute(self))

    @property
    def vector(self) -> Any:
        """The word's vector; without a table of vectors the model's row for this token."""
        hook = self.doc.user_token_hooks.get("vector")
        if hook:
            return hook(self)
        if self.vocab.vectors.size == 0 and self.doc.tensor.size != 0:
            return self.doc.tensor[self.i]
        return self.vocab.get_vector(vector_attribute(self))

    @property
    def vector_norm(self) -> float:
        """The length of the vector."""
        hook = self.doc.user_token_hooks.get("vector_norm")
        if hook:
            return hook(self)
        import numpy

        # a number of numpy's, so that products are rounded as spaCy's
        return numpy.sqrt((self.vector**2).sum())

    @property
    def tensor(self) -> Any:
        """The model's row for this token."""
        return None if self.doc.tensor is None else self.doc.tensor[self.i]

    def similarity(self, other: Any) -> float:
        """The cosine of the angle between the vectors."""
        hook = self.doc.user_token_hooks.get("similarity")
        if hook:
            return hook(self, other)
        from ..lexeme import Lexeme

        if isinstance(other, (Token, Lexeme)) and vector_attribute(self) == vector_attribute(other):
            return 1.0
        return cosine(self, other, "Token")

    # ---- sentences

    @property
    def sent(self) -> Span:
        """The sentence that it is in."""
        hook = self.doc.user_token_hooks.get("sent")
        return hook(self) if hook else self.doc[self.i : self.i + 1].sent

    def _set_sent_start(self, value: bool | None) -> None:
        if self.doc.has_annotation("DEP"):
            raise ValueError(Errors.E043)
        if value is not None and value is not True and value is not False:
            raise ValueError(Errors.E044.format(value=value))
        self.doc._set(self.i, _SENT_START, 0 if value is None else 1 if value else -1)

    def _set_sent_end(self, value: Any) -> None:
        raise ValueError(Errors.E196)

    # ---- the tree

    def nbor(self, i: int = 1) -> Token:
        """The token so many places further on."""
        if not 0 <= self.i + i < len(self.doc):
            raise IndexError(Errors.E042.format(i=self.i, j=i, length=len(self.doc)))
        return self.doc[self.i + i]

    def _set_head(self, new_head: Token) -> None:
        if new_head.doc is not self.doc:
            raise ValueError(Errors.E191)
        doc = self.doc
        if doc._head(self.i) == new_head.i:
            return
        edges = [doc._edges(([token, *token.ancestors])[-1].i) for token in (self, new_head)]
        doc._set(self.i, _HEAD, new_head.i - self.i)
        doc._set_children(min(edge[2] for edge in edges), max(edge[3] for edge in edges) + 1)

    @property
    def lefts(self) -> Iterator[Token]:
        """Children left of it."""
        yield from self.doc._children(self.i, True)

    @property
    def rights(self) -> Iterator[Token]:
        """Children right of it."""
        yield from self.doc._children(self.i, False)

    @property
    def children(self) -> Iterator[Token]:
        """Its children, in the order of the text."""
        yield from self.lefts
        yield from self.rights

    @property
    def subtree(self) -> Iterator[Token]:
        """It and everything that depends on it, in the order of the text."""
        # No recursion: a hostile text makes a tree as deep as it is long.
        stack: list[tuple[Token, bool]] = [(self, False)]
        opened: set[int] = set()
        while stack:
            token, is_open = stack.pop()
            if is_open:
                yield token
                continue
            if token.i in opened:
                raise RuntimeError(Errors.E039)
            opened.add(token.i)
            stack.extend((right, False) for right in reversed(self.doc._children(token.i, False)))
            stack.append((token, True))
            stack.extend((left, False) for left in reversed(self.doc._children(token.i, True)))

    @property
    def ancestors(self) -> Iterator[Token]:
        """The head, its head, and so on."""
        yield from self.doc._ancestors(self.i)

    def is_ancestor(self, descendant: Token) -> bool:
        """Does the other one depend on it, however far?"""
        return self.doc is descendant.doc and any(ancestor.i == self.i for ancestor in descendant.ancestors)

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """The tokens that are coordinated with it."""
        hook = self.doc.user_token_hooks.get("conjuncts")
        if hook:
            return tuple(hook(self))
        start = self
        while start.i != start.head.i and start.dep == _CONJ:
            start = start.head
        found = [start]
        for word in found:
            found.extend(child for child in word.rights if child.dep == _CONJ)
        return tuple(word for word in found if word.i != self.i)

    @classmethod
    def iob_strings(cls) -> tuple[str, ...]:
        """The letters of ent_iob_, by ent_iob."""
        return _attrs.IOB_STRINGS
