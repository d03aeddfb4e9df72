"""Span: a piece of a document. What is read of every entity is in C (span.c)."""

from __future__ import annotations

from .. import _tern, symbols
from .. import attrs as _attrs
from ..errors import Errors
from ..util import normalize_slice
from .token import Token, cosine, vector_attribute
from .underscore import Extensible, Underscore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, overload

    from .doc import Doc

_HEAD, _DEP, _ENT_IOB = (_attrs.IDS[name] for name in ("HEAD", "DEP", "ENT_IOB"))


def _same_words(tokens: Any, other: Any) -> bool:
    """Does a sequence of tokens consist of the other's words, as the vectors see them?"""
    from ..lexeme import Lexeme
    from .doc import Doc

    words: Any = [other] if isinstance(other, (Token, Lexeme)) else other if isinstance(other, (Doc, Span)) else None
    if words is None or len(tokens) != len(words):
        return False
    return all(vector_attribute(a) == vector_attribute(b) for a, b in zip(tokens, words))


def similarity(tokens: Any, other: Any, name: str) -> float:
    """The cosine of the angle between the vectors, of a Doc or a Span, which name is of; 1 for the same words."""
    return 1.0 if _same_words(tokens, other) else cosine(tokens, other, name)


class Span(_tern.Span, Extensible):
    """Tokens that follow each other, with a label and ids."""

    __slots__ = ()
    _extensions_of = "span_extensions"

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, i: slice) -> Span: ...

        @overload
        def __getitem__(self, i: int) -> Token: ...

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            start, end = normalize_slice(len(self), i.start, i.stop, i.step)
            return Span(self.doc, start + self.start, end + self.start)
        at = (self.end if i < 0 else self.start) + i
        if self.start <= at < self.end:
            return self.doc[at]
        raise IndexError(Errors.E1002)

    def __iter__(self) -> Iterator[Token]:
        for i in range(self.start, self.end):
            yield self.doc[i]

    def __reduce__(self) -> Any:
        raise NotImplementedError(Errors.E112)

    @property
    def _(self) -> Underscore:
        """Custom attributes."""
        return Underscore(Underscore.span_extensions, self, start=self.start_char, end=self.end_char)

    # ---- strings

    @property
    def lemma_(self) -> str:
        """The base forms, with the blanks between them."""
        return "".join(token.lemma_ + token.whitespace_ for token in self).strip()

    @property
    def ent_id(self) -> int:
        """The id of ent_id_."""
        return self.root.ent_id

    @ent_id.setter
    def ent_id(self, key: Any) -> None:
        raise NotImplementedError(Errors.E200.format(attr="ent_id"))

    @property
    def ent_id_(self) -> str:
        """The same as id_."""
        return self.root.ent_id_

    @ent_id_.setter
    def ent_id_(self, key: Any) -> None:
        raise NotImplementedError(Errors.E200.format(attr="ent_id_"))

    @property
    def score(self) -> float | None:
        """How probable the entity is, from 0 to 1 (tern_nlp.load(…, scores=True)). None of what is no entity that the engine found,
        and in documents that were not scored."""
        scores = self.doc._scores
        return None if scores is None else scores.get((self.start, self.end, self.label_))

    # ---- sentences, entities, chunks

    def _own_sentences(self) -> Iterable[Span] | None:
        hook = self.doc.user_hooks.get("sents")
        return hook(self.doc) if hook else None

    @property
    def sent(self) -> Span:
        """The sentence that it begins in, and what follows up to its end."""
        hook = self.doc.user_span_hooks.get("sent")
        if hook:
            return hook(self)
        for sentence in self._own_sentences() or ():
            if sentence.start <= self.start < sentence.end:
                return sentence
        if not self.doc.has_annotation("SENT_START"):
            raise ValueError(Errors.E030)
        return self.doc._sentence(self.start)

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences that it is in, whole."""
        hook = self.doc.user_span_hooks.get("sents")
        if hook:
            yield from hook(self)
            return
        sentences = self._own_sentences()
        if sentences is None:
            if not self.doc.has_annotation("SENT_START"):
                raise ValueError(Errors.E030)
            sentences = self.doc._sentences()
        for sentence in sentences:
            if sentence.end <= self.start:
                continue
            if sentence.start < self.end or sentence.start == self.start == self.end:
                yield sentence
            else:
                break

    @property
    def ents(self) -> list[Span]:
        """The entities within it."""
        found = []
        for ent in self.doc.ents:
            if ent.start >= self.start:
                if ent.end > self.end:
                    break
                found.append(ent)
        return found

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The base noun phrases within it."""
        for span in self.doc.noun_chunks:
            if span.start >= self.start and span.end <= self.end:
                yield span

    def char_span(
        self,
        start_idx: int,
        end_idx: int,
        label: int | str = 0,
        kb_id: int | str = 0,
        vector: Any = None,
        id: int | str = 0,
        alignment_mode: str = "strict",
        span_id: int | str = 0,
    ) -> Span | None:
        """As Doc.char_span, with offsets within this span."""
        offset = self.start_char
        return self.doc.char_span(
            start_idx + offset, end_idx + offset, label, kb_id, vector, alignment_mode=alignment_mode, span_id=span_id
        )

    # ---- the tree

    @property
    def root(self) -> Token:
        """The token of it that is nearest to the sentence's root."""
        hook = self.doc.user_span_hooks.get("root")
        if hook:
            return hook(self)
        return self.doc._root(self.start, self.end)

    @property
    def conjuncts(self) -> tuple[Token, ...]:
        """What its root is coordinated with."""
        return self.root.conjuncts

    @property
    def lefts(self) -> Iterator[Token]:
        """Tokens left of it whose head is in it."""
        for token in reversed(list(self)):
            for left in token.lefts:
                if left.i < self.start:
                    yield left

    @property
    def rights(self) -> Iterator[Token]:
        """Tokens right of it whose head is in it."""
        for token in self:
            for right in token.rights:
                if right.i >= self.end:
                    yield right

    @property
    def n_lefts(self) -> int:
        """How many tokens left of it hang on its tokens."""
        return len(list(self.lefts))

    @property
    def n_rights(self) -> int:
        """How many tokens right of it hang on its tokens."""
        return len(list(self.rights))

    @property
    def subtree(self) -> Iterator[Token]:
        """It and what depends on it."""
        for word in self.lefts:
            yield from word.subtree
        yield from self
        for word in self.rights:
            yield from word.subtree

    def get_lca_matrix(self) -> Any:
        """For each two of its tokens the lowest common ancestor, an index in it, or -1 (numpy, int32)."""
        from .trees import lca_matrix

        return lca_matrix(self.doc, self.start, self.end)

    # ---- vectors

    @property
    def has_vector(self) -> bool:
        """Does a token have a vector, or are there rows of the model's?"""
        hook = self.doc.user_span_hooks.get("has_vector")
        if hook:
            return hook(self)
        if self.vocab.vectors.size > 0:
            return any(token.has_vector for token in self)
        return bool(self.doc.tensor.size > 0)

    @property
    def vector(self) -> Any:
        """The mean of its tokens' vectors."""
        hook = self.doc.user_span_hooks.get("vector")
        if hook:
            return hook(self)
        if self._vector is None:
            if len(self):
                self._vector = sum(token.vector for token in self) / len(self)
            else:
                import numpy

                self._vector = numpy.zeros((self.vocab.vectors_length,), dtype="f")
        return self._vector

    @property
    def vector_norm(self) -> float:
        # span.pyx asks the hook named vector here
        """The length of the vector."""
        if "vector_norm" in self.doc.user_span_hooks:
            return self.doc.user_span_hooks["vector"](self)
        if self._vector_norm is None:
            import numpy

            self._vector_norm = numpy.sqrt((self.vector * self.vector).sum())
        return self._vector_norm

    @property
    def tensor(self) -> Any:
        """The model's rows for its tokens."""
        return None if self.doc.tensor is None else self.doc.tensor[self.start : self.end]

    @property
    def sentiment(self) -> float:
        """The mean of its tokens' numbers."""
        hook = self.doc.user_span_hooks.get("sentiment")
        return hook(self) if hook else sum(token.sentiment for token in self) / len(self)

    def similarity(self, other: Any) -> float:
        """The cosine of the angle between the vectors."""
        hook = self.doc.user_span_hooks.get("similarity")
        return hook(self, other) if hook else similarity(self, other, "Span")

    # ---- numbers and documents

    def to_array(self, py_attr_ids: Any) -> Any:
        """Attributes of its tokens (numpy, uint64), [tokens, attributes]."""
        attrs = [int(attr) for attr in py_attr_ids]
        array = self.doc.to_array(attrs)
        return array.reshape(len(self.doc), len(attrs))[self.start : self.end]

    def as_doc(self, *, copy_user_data: bool = False, array_head: Any = None, array: Any = None) -> Doc:
        """A new document of its tokens, with their annotations."""
        from .doc import Doc

        doc = Doc(self.vocab, words=[token.text for token in self], spaces=[bool(token.whitespace_) for token in self])
        head = list(Doc._get_array_attrs() if array_head is None else array_head)
        values = (self.doc.to_array(head) if array is None else array)[self.start : self.end].copy()
        self._fix_dep_copy(head, values)
        if len(values) and _ENT_IOB in head and values[0][head.index(_ENT_IOB)] == 1:
            values[0][head.index(_ENT_IOB)] = 3
        doc.from_array(head, values)
        whole = {(ent.start - self.start, ent.end - self.start) for ent in self.ents}
        ents = doc.ents
        for ent in (*ents[:1], *ents[-1:]):
            if (ent.start, ent.end) not in whole:
                doc.set_ents([], missing=[ent], default="unmodified")
        self._copy_rest(doc, copy_user_data)
        return doc

    def _copy_rest(self, doc: Doc, copy_user_data: bool) -> None:
        source = self.doc
        doc.noun_chunks_iterator = source.noun_chunks_iterator
        doc.user_hooks, doc.user_span_hooks = source.user_hooks, source.user_span_hooks
        doc.user_token_hooks = source.user_token_hooks
        doc.vector, doc.vector_norm = self.vector, self.vector_norm
        doc.tensor = source.tensor[self.start : self.end]
        for key, value in source.cats.items():
            if not isinstance(key, str) and len(key) == 3 and key[:2] == (self.start_char, self.end_char):
                doc.cats[key[2]] = value
        if copy_user_data:
            doc.user_data = moved_user_data(source.user_data, -self.start_char)

    def _fix_dep_copy(self, attrs: list[int], array: Any) -> None:
        """Gives tokens whose head is outside an ancestor within, or makes them roots (span.pyx)."""
        import numpy

        if _HEAD not in attrs:
            return
        head_column, length = attrs.index(_HEAD), len(array)
        new_roots: dict[int, int] = {}
        for i in range(length):
            token = self[i]
            ancestor = token.head.i - self.start
            if not 0 <= ancestor < length:
                if _DEP in attrs:
                    array[i, attrs.index(_DEP)] = symbols.IDS["dep"]
                for one in token.ancestors:
                    ancestor = one.i - self.start
                    if 0 <= ancestor < length:
                        array[i, head_column] = numpy.int32(ancestor - i).astype(numpy.uint64)
            if not 0 <= i + int(array[i, head_column].astype(numpy.int64)) < length:
                if ancestor in new_roots:
                    array[i, head_column] = numpy.int32(new_roots[ancestor] - i).astype(numpy.uint64)
                else:
                    array[i, head_column] = 0
                    new_roots[ancestor] = i


def moved_user_data(data: dict[Any, Any], offset: int) -> dict[Any, Any]:
    """A copy, in which the offsets of extension attributes count from another place."""
    from copy import copy

    found = {}
    for key, value in data.items():
        if isinstance(key, tuple) and len(key) == 4 and key[0] == "._.":
            kind, name, start, end = key
            if start is None and end is None:
                continue
            key = (kind, name, None if start is None else start + offset, None if end is None else end + offset)
        found[key] = copy(value)
    return found
