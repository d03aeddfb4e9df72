"""Doc: a text in tokens, with what is known of them. The tokens are in C (doc.c)."""

from __future__ import annotations

import copy
import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _msgpack, _tern, util
from .. import attrs as _attrs
from ..errors import Errors, Warnings
from ..parts_of_speech import IDS as POS_IDS
from .span import Span, similarity
from .span_groups import SpanGroups
from .token import Token
from .underscore import Extensible, Underscore

if TYPE_CHECKING:
    from ..vocab import Vocab
    from .retokenizer import Retokenizer

_tern.set_types(Token, Span, _tern)

DOCBIN_ALL_ATTRS = (
    "ORTH", "NORM", "TAG", "HEAD", "DEP", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "LEMMA", "MORPH", "POS", "SENT_START",
)  # fmt: skip
_ID = _attrs.IDS
_SIGNED = (_ID["HEAD"], _ID["SENT_START"])
_IOB_NUMBERS = {name: number for number, name in enumerate(_attrs.IOB_STRINGS)}


class SetEntsDefault(str, Enum):
    """What set_ents does with tokens that are in none of the spans."""

    blocked = "blocked"
    missing = "missing"
    outside = "outside"
    unmodified = "unmodified"

    @classmethod
    def values(cls) -> list[str]:
        return list(cls.__members__)


_IOB_OF = {"blocked": 3, "missing": 0, "outside": 2}


def entity_columns(ents: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """IOB numbers and types out of tags as "B-PERSON", "I-PERSON", "O", "" or None; an I that continues nothing becomes a B."""
    tags = [tag if tag != "" else None for tag in ents]
    for tag in tags:
        if tag is not None and not isinstance(tag, str):
            raise ValueError(Errors.E177.format(tag=tag))
    for i, (tag, after) in enumerate(zip(tags, tags[1:])):
        if after is None or not after.startswith("I"):
            continue
        tag = tags[i]
        if tag is None or tag.startswith("O") or (tag[:1] in ("B", "I") and tag[1:] != after[1:]):
            tags[i + 1] = "B" + after[1:]
    iobs, types = [], []
    for tag in tags:
        iob, _, kind = (tag or "").partition("-")
        if tag not in (None, "O") and (len(tag) < 3 or tag[1] != "-" or iob not in _IOB_NUMBERS):
            raise ValueError(Errors.E177.format(tag=tag))
        iobs.append(_IOB_NUMBERS[iob])
        types.append(kind)
    return iobs, types


def sentence_start(value: Any) -> int:
    """1, -1 or 0 for what Doc takes: True, False, None, 1, -1, 0."""
    if value is True or value is False:
        return 1 if value else -1
    return value if value in (-1, 1) else 0


def attr_numbers(attrs: Any) -> list[int]:
    """Out of a name, a number, or several of them; KeyError for a name that is none."""
    names = [attrs] if isinstance(attrs, str) or not hasattr(attrs, "__iter__") else attrs
    try:
        return [_ID[name.upper()] if hasattr(name, "upper") else int(name) for name in names]
    except KeyError as error:
        keys = [key for key in _ID if not key.startswith("FLAG")]
        raise KeyError(Errors.E983.format(dict="IDS", key=error, keys=keys)) from None


class Doc(_tern.Doc, Extensible):
    """A sequence of tokens. Spans and tokens are views of it."""

    __slots__ = (
        "__weakref__", "_context", "_spans", "_tensor", "_vector", "_vector_norm", "cats", "has_unknown_spaces",
        "noun_chunks_iterator", "sentiment", "user_data", "user_hooks", "user_span_hooks", "user_token_hooks",
    )  # fmt: skip
    _extensions_of = "doc_extensions"

    def __init__(
        self,
        vocab: Vocab,
        words: Iterable[Any] | None = None,
        spaces: Iterable[Any] | None = None,
        *,
        user_data: dict[Any, Any] | None = None,
        tags: Sequence[str | None] | None = None,
        pos: Sequence[str | None] | None = None,
        morphs: Sequence[str | None] | None = None,
        lemmas: Sequence[str | None] | None = None,
        heads: Sequence[int | None] | None = None,
        deps: Sequence[str | None] | None = None,
        sent_starts: Sequence[Any] | None = None,
        ents: Sequence[str | None] | None = None,
    ) -> None:
        self._begin(vocab)
        self._set_up(user_data)
        if words is None and spaces is not None:
            raise ValueError(Errors.E908)
        self.has_unknown_spaces = spaces is None and words is not None
        words = list(words) if words is not None else []
        self._add_words(words, list(spaces) if spaces is not None else [True] * len(words))
        columns = {"POS": pos, "LEMMA": lemmas, "TAG": tags, "MORPH": morphs}
        self._annotate(columns, heads, deps, sent_starts, ents)

    def _set_up(self, user_data: dict[Any, Any] | None) -> None:
        self.user_data = {} if user_data is None else user_data
        self.cats: dict[Any, Any] = {}
        self.user_hooks: dict[str, Callable[..., Any]] = {}
        self.user_token_hooks: dict[str, Callable[..., Any]] = {}
        self.user_span_hooks: dict[str, Callable[..., Any]] = {}
        self.sentiment = 0.0
        self._spans: Any = None
        self._tensor: Any = None
        self._vector: Any = None
        self._vector_norm: Any = None
        self._context: Any = None
        self.has_unknown_spaces = False
        self.noun_chunks_iterator = self.vocab.get_noun_chunks

    @classmethod
    def _from_result(cls, vocab: Vocab, result: Any) -> Doc:
        """A document that the engine made."""
        self = cls.__new__(cls)
        self._begin(vocab)
        self._set_up(None)
        self._take(result)
        annotations = result.annotations
        if annotations & _tern.CATS:
            self.cats.update(result.cats())
        if annotations & _tern.SPANS:
            self._take_spans(result)
        width, rows = result.tensor()
        if width:
            self._tensor = (width, rows)
        return self

    def _take_spans(self, result: Any) -> None:
        for key, has_scores, spans in result.span_groups():
            self.spans[key] = [Span(self, start, end, label=label) for start, end, label, _ in spans]
            if has_scores and len(self):
                import numpy

                self.spans[key].attrs["scores"] = numpy.array([numpy.float32(score) for *_, score in spans])

    # ---- making it by hand

    def _add_words(self, words: list[Any], spaces: list[Any]) -> None:
        if len(words) != len(spaces):
            raise ValueError(Errors.E027)
        for word in words:
            if isinstance(word, bytes):
                raise ValueError(Errors.E028.format(value=word))
            if not isinstance(word, (str, int)) and not hasattr(word, "__index__"):
                raise TypeError(Errors.E1022.format(wtype=type(word)))
        self._append(words, spaces)

    def _annotate(
        self,
        columns: dict[str, Sequence[Any] | None],
        heads: Sequence[int | None] | None,
        deps: Sequence[str | None] | None,
        sent_starts: Sequence[Any] | None,
        ents: Sequence[str | None] | None,
    ) -> None:
        found = {name: list(column) for name, column in columns.items() if column is not None}
        if deps and not heads:
            heads = list(range(len(deps)))
        if heads and not deps:
            raise ValueError(Errors.E1017)
        if heads is not None:
            found["HEAD"] = [0 if head is None else head - i for i, head in enumerate(heads)]
        if deps is not None:
            found["DEP"] = ["" if dep is None else dep for dep in deps]
        if sent_starts is not None:
            found["SENT_START"] = [sentence_start(value) for value in sent_starts]
        for name in found.get("POS", ()):
            if name not in POS_IDS:
                raise ValueError(Errors.E1021.format(pp=name))
        if ents is not None:
            found["ENT_IOB"], found["ENT_TYPE"] = entity_columns(ents)
        if any(len(column) != len(self) for column in found.values()):
            raise ValueError(Errors.E189)
        self._set_columns({_ID[name]: self._column_ids(name, column) for name, column in found.items()})

    def _column_ids(self, name: str, column: list[Any]) -> list[int]:
        if name in ("HEAD", "SENT_START", "ENT_IOB"):
            return column
        if name == "MORPH":
            return [self.vocab.morphology.add(value or "") if value is not None else 0 for value in column]
        return [0 if value is None else self.vocab.strings.add(value) for value in column]

    def _set_columns(self, columns: dict[int, list[int]]) -> None:
        """Attribute -> a value for each token; heads as offsets. What follows from them is set, too."""
        head, dep = _ID["HEAD"], _ID["DEP"]
        if head in columns:
            for i, offset in enumerate(columns[head]):
                if not 0 <= i + offset < len(self):
                    raise ValueError(
                        Errors.E190.format(index=i, value=offset & 0xFFFFFFFFFFFFFFFF, rel_head_index=offset)
                    )
        for iob in columns.get(_ID["ENT_IOB"], ()):
            if not 0 <= iob < len(_attrs.IOB_STRINGS):
                raise ValueError(Errors.E982.format(values=_attrs.IOB_STRINGS, value=iob))
        for attr, values in columns.items():
            for i, value in enumerate(values):
                self._set(i, attr, int(value))
        if head in columns and any(columns.get(dep, ())):
            self._set_children(0, len(self))
        self._vector = self._vector_norm = None

    # ---- the sequence

    @property
    def _(self) -> Underscore:
        """Custom attributes."""
        return Underscore(Underscore.doc_extensions, self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return self.text.encode("utf8")

    @property
    def doc(self) -> Doc:
        return self

    @property
    def lang(self) -> int:
        return self.vocab.strings[self.vocab.lang]

    @property
    def lang_(self) -> str:
        return self.vocab.lang

    @property
    def spans(self) -> SpanGroups:
        """Groups of spans by key."""
        if self._spans is None:
            self._spans = SpanGroups(self)
        return self._spans

    @spans.setter
    def spans(self, spans: SpanGroups) -> None:
        self._spans = spans

    @property
    def tensor(self) -> Any:
        """The model's rows for the tokens (numpy, float32)."""
        if self._tensor is None or isinstance(self._tensor, tuple):
            import numpy

            width, rows = self._tensor or (0, b"")
            array = numpy.frombuffer(rows, dtype="float32").copy()
            self._tensor = array.reshape(len(self), width) if width else array
        return self._tensor

    @tensor.setter
    def tensor(self, value: Any) -> None:
        self._tensor = value

    def extend_tensor(self, tensor: Any) -> None:
        """Puts further columns beside the tensor's."""
        import numpy

        self.tensor = numpy.array(tensor) if self.tensor.size == 0 else numpy.hstack((self.tensor, tensor))

    # ---- what is annotated

    def has_annotation(self, attr: int | str, *, require_complete: bool = False) -> bool:
        """Does a token have this attribute, or all of them? Sentence starts do not count for the first token."""
        if len(self) == 0:
            return True
        name = self.vocab.strings[attr] if isinstance(attr, int) and attr in self.vocab.strings else attr
        if name in ("IS_SENT_START", "IS_SENT_END"):
            attr = "SENT_START"
        number = _attrs.intify_attr(attr)
        if number is None:
            raise ValueError(Errors.E1037.format(attr=attr))
        if number == _ID["HEAD"]:
            number = _ID["DEP"]
        if number == _ID["IDX"]:
            return False  # Token.get_struct_attr has no place in the text
        first = 0
        if number == _ID["SENT_START"]:
            if "sents" in self.user_hooks or len(self) == 1:
                return True
            first = 1
        return self._any(number, first, require_complete)

    def _old_flag(self, prop: str, attr: str) -> bool:
        warnings.warn(Warnings.W107.format(prop=prop, attr=attr), DeprecationWarning, stacklevel=3)
        return self.has_annotation(attr)

    @property
    def is_tagged(self) -> bool:
        return self._old_flag("is_tagged", "TAG")

    @property
    def is_parsed(self) -> bool:
        return self._old_flag("is_parsed", "DEP")

    @property
    def is_nered(self) -> bool:
        return self._old_flag("is_nered", "ENT_IOB")

    @property
    def is_sentenced(self) -> bool:
        return self._old_flag("is_sentenced", "SENT_START")

    # ---- spans

    def char_span(
        self,
        start_idx: int,
        end_idx: int,
        label: int | str = 0,
        kb_id: int | str = 0,
        vector: Any = None,
        alignment_mode: str = "strict",
        span_id: int | str = 0,
    ) -> Span | None:
        """The span of these code points; None where no tokens begin and end there. "contract" and "expand" make do with tokens that
        are within, or around."""
        modes = ("strict", "contract", "expand")
        if alignment_mode not in modes:
            raise ValueError(Errors.E202.format(name="alignment", mode=alignment_mode, modes=", ".join(modes)))
        start, end = self._token_at(start_idx), self._token_at(end_idx - 1)
        if start < 0 or end < 0:
            return None
        first, last = self[start], self[end]
        first_end, last_end = first.idx + len(first), last.idx + len(last)
        if alignment_mode == "strict" and (start_idx != first.idx or end_idx != last_end):
            return None
        if alignment_mode == "contract":
            start += first.idx < start_idx
            end -= end_idx < last_end
            if end < start:
                return None
        elif alignment_mode == "expand":
            start += start_idx == first_end
        return Span(self, start, end + 1, label=label, kb_id=kb_id, span_id=span_id, vector=vector)

    @property
    def ents(self) -> tuple[Span, ...]:
        """The entities."""
        try:
            return self._entities()
        except ValueError as error:
            i = int(str(error))
            near = [f"{token.text}|{token.ent_iob_}" for token in self[i - 5 : i + 5]]
            raise ValueError(Errors.E093.format(seq=" ".join(near))) from None

    @ents.setter
    def ents(self, ents: Iterable[Any]) -> None:
        self.set_ents([self._entity(ent) for ent in ents], default=SetEntsDefault.outside)

    def _entity(self, ent: Any) -> Span:
        """Of a Span, or a tuple: (label, start, end), (label, kb_id, start, end), or with an id before it."""
        if isinstance(ent, Span):
            return Span(self, ent.start, ent.end, label=ent.label, kb_id=ent.kb_id, span_id=ent.id)
        ent_id: Any = 0
        kb_id: Any = 0
        if len(ent) == 3:
            label, start, end = ent
        elif len(ent) == 4:
            label, kb_id, start, end = ent
        else:
            ent_id, kb_id, label, start, end = ent
        return Span(self, start, end, label=label, kb_id=kb_id, span_id=ent_id)

    def set_ents(
        self,
        entities: Iterable[Span],
        *,
        blocked: Iterable[Span] | None = None,
        missing: Iterable[Span] | None = None,
        outside: Iterable[Span] | None = None,
        default: str = SetEntsDefault.outside,
    ) -> None:
        """Sets entities; tokens that are to have none, of which nothing is known, or that are outside; and the rest."""
        if default not in SetEntsDefault.values():
            raise ValueError(Errors.E1011.format(default=default, modes=", ".join(SetEntsDefault)))
        entities = [ent for ent in entities if ent.label > 0]
        others = {"blocked": list(blocked or ()), "missing": list(missing or ()), "outside": list(outside or ())}
        seen: set[int] = set()
        for span in itertools.chain(entities, *others.values()):
            if not isinstance(span, Span):
                raise ValueError(Errors.E1012.format(span=span))
            for i in range(span.start, span.end):
                if i in seen:
                    raise ValueError(Errors.E1010.format(i=i))
                seen.add(i)
        self._mark_entities(entities)
        for kind, spans in others.items():
            for span in spans:
                self._mark(range(span.start, span.end), _IOB_OF[kind])
        if default != SetEntsDefault.unmodified:
            self._mark([i for i in range(len(self)) if i not in seen], _IOB_OF[SetEntsDefault(default).value])
        self._begin_entities()

    def _mark_entities(self, entities: list[Span]) -> None:
        for span in entities:
            for i in range(span.start, span.end):
                self._set(i, _ID["ENT_IOB"], 3 if i == span.start else 1)
                self._set(i, _ID["ENT_TYPE"], span.label)
                self._set(i, _ID["ENT_KB_ID"], span.kb_id)
                if span.id:
                    self._set(i, _ID["ENT_ID"], span.id)

    def _mark(self, indices: Iterable[int], iob: int) -> None:
        for i in indices:
            self._set(i, _ID["ENT_IOB"], iob)
            self._set(i, _ID["ENT_TYPE"], 0)

    def _begin_entities(self) -> None:
        """A token that goes on with an entity which is not there, or another, begins one."""
        iobs, types = self._column(_ID["ENT_IOB"]), self._column(_ID["ENT_TYPE"])
        for i in range(1, len(iobs)):
            if iobs[i] == 1 and (iobs[i - 1] in (0, 2) or types[i - 1] != types[i]):
                self._set(i, _ID["ENT_IOB"], 3)
                iobs[i] = 3

    @property
    def noun_chunks(self) -> Iterator[Span]:
        """The base noun phrases, of a parsed document."""
        if self.noun_chunks_iterator is None:
            raise NotImplementedError(Errors.E894.format(lang=self.vocab.lang))
        spans = [Span(self, start, end, label=label) for start, end, label in self.noun_chunks_iterator(self)]
        yield from spans

    @property
    def sents(self) -> Iterator[Span]:
        """The sentences."""
        if not self.has_annotation("SENT_START"):
            raise ValueError(Errors.E030)
        hook = self.user_hooks.get("sents")
        yield from hook(self) if hook else self._sentences()

    # ---- vectors

    @property
    def has_vector(self) -> bool:
        hook = self.user_hooks.get("has_vector")
        if hook:
            return hook(self)
        if self.vocab.vectors.size:
            return any(token.has_vector for token in self)
        return bool(self.tensor.size)

    @property
    def vector(self) -> Any:
        """The mean of the tokens' vectors; without a table of vectors that of the model's rows."""
        hook = self.user_hooks.get("vector")
        if hook:
            return hook(self)
        if self._vector is not None:
            return self._vector
        import numpy

        if len(self) and self.vocab.vectors.size > 0:
            self._vector = sum(token.vector for token in self) / len(self)
        elif len(self) and self.tensor.size > 0:
            self._vector = self.tensor.mean(axis=0)
        else:
            return numpy.zeros((self.vocab.vectors_length,), dtype="f")
        return self._vector

    @vector.setter
    def vector(self, value: Any) -> None:
        self._vector = value

    @property
    def vector_norm(self) -> float:
        hook = self.user_hooks.get("vector_norm")
        if hook:
            return hook(self)
        if self._vector_norm is None:
            self._vector_norm = sum(float(value) * float(value) for value in self.vector) ** 0.5
        return self._vector_norm

    @vector_norm.setter
    def vector_norm(self, value: float) -> None:
        self._vector_norm = value

    def similarity(self, other: Any) -> float:
        """The cosine of the angle between the vectors."""
        hook = self.user_hooks.get("similarity")
        return hook(self, other) if hook else similarity(self, other, "Doc")

    # ---- attributes by number

    def to_array(self, py_attr_ids: Any) -> Any:
        """Attributes of the tokens (numpy, uint64): [tokens, attributes], or [tokens] of one."""
        import numpy

        attrs = attr_numbers(py_attr_ids)
        array = numpy.frombuffer(self._array(attrs), dtype=numpy.uint64).copy()
        return array.reshape(len(self), len(attrs)) if len(attrs) >= 2 else array.reshape((len(self),))

    def from_array(self, attrs: Any, array: Any) -> Doc:
        """Sets attributes from such an array. Heads count from the token."""
        import numpy

        numbers = attr_numbers(attrs)
        if array.dtype != numpy.uint64:
            warnings.warn(Warnings.W028.format(type=array.dtype), stacklevel=2)
        if len(array) != len(self):
            raise ValueError(Errors.E971.format(array_length=len(array), doc_length=len(self)))
        if not numbers:
            raise ValueError("from_array: an attribute is wanted")
        columns = array.reshape(len(self), len(numbers)).astype(numpy.uint64, copy=False)
        self._check_array(numbers, columns)
        if _ID["MORPH"] in numbers:
            for key in {int(key) for key in columns[:, numbers.index(_ID["MORPH"])]}:
                self.vocab.morphology.add(self.vocab.strings[key])
        self._set_array(numbers, numpy.ascontiguousarray(columns).tobytes())
        if {_ID["HEAD"], _ID["DEP"]} <= set(numbers) and columns[:, numbers.index(_ID["DEP"])].any():
            self._set_children(0, len(self))
        return self

    def _check_array(self, numbers: list[int], columns: Any) -> None:
        if _ID["HEAD"] in numbers:
            for i, value in enumerate(columns[:, numbers.index(_ID["HEAD"])].astype("int32").tolist()):
                if not 0 <= i + value < len(self):
                    unsigned = columns[i, numbers.index(_ID["HEAD"])]
                    raise ValueError(Errors.E190.format(index=i, value=unsigned, rel_head_index=value))
        if _ID["ENT_IOB"] in numbers:
            for value in columns[:, numbers.index(_ID["ENT_IOB"])].tolist():
                if value >= len(_attrs.IOB_STRINGS):
                    raise ValueError(Errors.E982.format(values=_attrs.IOB_STRINGS, value=value))

    def count_by(self, attr_id: int, exclude: Any = None, counts: Any = None) -> dict[int, int] | None:
        """How often each value of an attribute is met; into counts, if given."""
        found: Any = Counter() if counts is None else counts
        for value, token in zip(self._column(attr_numbers(attr_id)[0]), self):
            if exclude is None or not exclude(token):
                found[value & 0xFFFFFFFFFFFFFFFF] += 1
        return dict(found) if counts is None else None

    def get_lca_matrix(self) -> Any:
        """For each two tokens the index of their lowest common ancestor, or -1 (numpy, int32)."""
        from .trees import lca_matrix

        return lca_matrix(self, 0, len(self))

    def to_utf8_array(self, nr_char: int = -1) -> Any:
        """The words' bytes (numpy, uint8), the first, the last, the second, the last but one …; 255 where there are no more."""
        import numpy

        words = [token.orth_.encode("utf8") for token in self]
        width = max((len(word) for word in words), default=0) if nr_char == -1 else nr_char
        array = numpy.full((len(words), width), 255, dtype="uint8")
        for row, word in zip(array, words):
            order = [byte for pair in zip(word, reversed(word)) for byte in pair][: len(word)]
            row[: min(width, len(order))] = order[:width]
        return array

    @staticmethod
    def _get_array_attrs() -> tuple[int, ...]:
        return (_ID["LENGTH"], _ID["SPACY"], *(_ID[name] for name in DOCBIN_ALL_ATTRS))

    # ---- copies

    def copy(self) -> Doc:
        """A document of its own, of the same vocabulary."""
        other = Doc(self.vocab)
        other._copy_rows(self)
        for name in ("_vector", "_vector_norm", "_tensor", "cats", "user_data"):
            setattr(other, name, copy.deepcopy(getattr(self, name)))
        for name in ("user_hooks", "user_token_hooks", "user_span_hooks"):
            setattr(other, name, dict(getattr(self, name)))
        other.sentiment, other.has_unknown_spaces = self.sentiment, self.has_unknown_spaces
        other.noun_chunks_iterator = self.noun_chunks_iterator
        other.spans = self.spans.copy(doc=other)
        return other

    __copy__ = copy

    @staticmethod
    def from_docs(
        docs: Sequence[Doc], ensure_whitespace: bool = True, attrs: Any = None, *, exclude: Iterable[str] = ()
    ) -> Doc | None:
        """One document of several of the same vocabulary."""
        from .joining import join

        return join(docs, ensure_whitespace, attrs, set(exclude))

    def retokenize(self) -> Retokenizer:
        """A context manager in which tokens are merged and split; it is done at its end."""
        from .retokenizer import Retokenizer

        return Retokenizer(self)

    def _bulk_merge(self, spans: list[Span], attributes: list[dict[Any, Any]]) -> None:
        if len(spans) != len(attributes):
            raise ValueError(f"[E121] Can't bulk merge: {len(attributes)} attributes for {len(spans)} spans.")
        with self.retokenize() as retokenizer:
            for span, attrs in zip(spans, attributes):
                if "label" in attrs:
                    attrs["ent_type"] = attrs.pop("label")
                retokenizer.merge(span, attrs)

    # ---- saving

    def to_json(self, underscore: list[str] | None = None) -> dict[str, Any]:
        """The text and annotations as JSON; of custom attributes those named."""
        from .doc_json import to_json

        return to_json(self, underscore)

    def from_json(self, doc_json: dict[str, Any], *, validate: bool = False) -> Doc:
        """Fills an empty document from to_json's."""
        from .doc_json import from_json

        return from_json(self, doc_json, validate)

    def to_dict(self, *, exclude: Iterable[str] = ()) -> dict[str, Any]:
        """What to_bytes writes."""
        from .doc_bytes import to_dict

        return to_dict(self, set(exclude))

    def from_dict(self, msg: dict[str, Any], *, exclude: Iterable[str] = ()) -> Doc:
        from .doc_bytes import from_dict

        return from_dict(self, msg, set(exclude))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """As spaCy writes it, which reads it, too."""
        return _msgpack.dumps(self.to_dict(exclude=exclude))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Doc:
        """Fills an empty document from those bytes."""
        return self.from_dict(_msgpack.loads(bytes_data), exclude=exclude)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        util.ensure_path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Doc:
        return self.from_bytes(util.ensure_path(path).read_bytes(), exclude=exclude)

    def __reduce__(self) -> Any:
        from .doc_bytes import unpickle

        data = self.to_bytes(exclude=["vocab", "user_data", "user_hooks"])
        return (
            unpickle,
            (self.vocab, (self.user_data, self.user_hooks, self.user_span_hooks, self.user_token_hooks), data),
        )
