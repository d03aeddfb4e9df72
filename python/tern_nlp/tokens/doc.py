"""Doc: a text in tokens, with what is known of them. The tokens are in C (doc.c)."""

from __future__ import annotations

from .. import _tern, util
from .. import attrs as _attrs
from ..errors import Errors, Warnings
from ..parts_of_speech import IDS as POS_IDS
from .doc_arrays import Arrays
from .doc_entities import Entities, entity_columns
from .doc_entities import SetEntsDefault as SetEntsDefault
from .doc_vectors import DocVectors
from .morphanalysis import MorphAnalysis
from .span import Span
from .token import Token
from .underscore import Extensible, Underscore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from ..vocab import Vocab
    from .retokenizer import Retokenizer
    from .span_groups import SpanGroups

_tern.set_types(Token, Span, MorphAnalysis, _tern)

_ID = _attrs.IDS


def sentence_start(value: Any) -> int:
    """1, -1 or 0 for what Doc takes: True, False, None, 1, -1, 0."""
    if value is True or value is False:
        return 1 if value else -1
    return value if value in (-1, 1) else 0


class Doc(Entities, Arrays, DocVectors, Extensible):
    """A sequence of tokens. Spans and tokens are views of it."""

    __slots__ = (
        "__weakref__", "_before", "_context", "_scores", "_spans", "_tensor", "_vector", "_vector_norm", "cats",
        "has_unknown_spaces", "noun_chunks_iterator", "sentiment", "user_data", "user_hooks", "user_span_hooks", "user_token_hooks",
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
        self._before: dict[str, Any] | None = None
        self._context: Any = None
        self._scores: dict[tuple[int, int, str], float] | None = None
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
        scores = result.entity_scores()
        if scores is not None:
            self._scores = {found[:3]: score for found, score in zip(result.entities(), scores)}
        width, rows = result.tensor()
        if width:
            self._tensor = (width, rows)
        return self

    def _add_scores(self, found: Doc) -> None:
        """Those of the same tokens, as far as there are none yet."""
        if found._scores is not None:
            self._scores = {**found._scores, **(self._scores or {})}

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
        """The document itself, so that it can stand for a span of everything."""
        return self

    @property
    def lang(self) -> int:
        """The id of lang_."""
        return self.vocab.strings[self.vocab.lang]

    @property
    def lang_(self) -> str:
        """Code of the vocabulary's language."""
        return self.vocab.lang

    @property
    def spans(self) -> SpanGroups:
        """Groups of spans by key."""
        if self._spans is None:
            from .span_groups import SpanGroups

            self._spans = SpanGroups(self)
        return self._spans

    @spans.setter
    def spans(self, spans: SpanGroups) -> None:
        self._spans = spans

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
        import warnings

        warnings.warn(Warnings.W107.format(prop=prop, attr=attr), DeprecationWarning, stacklevel=3)
        return self.has_annotation(attr)

    @property
    def is_tagged(self) -> bool:
        """Deprecated: has_annotation('TAG')."""
        return self._old_flag("is_tagged", "TAG")

    @property
    def is_parsed(self) -> bool:
        """Deprecated: has_annotation('DEP')."""
        return self._old_flag("is_parsed", "DEP")

    @property
    def is_nered(self) -> bool:
        """Deprecated: has_annotation('ENT_IOB')."""
        return self._old_flag("is_nered", "ENT_IOB")

    @property
    def is_sentenced(self) -> bool:
        """Deprecated: has_annotation('SENT_START')."""
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

    # ---- copies

    def copy(self) -> Doc:
        """A document of its own, of the same vocabulary."""
        from copy import deepcopy

        other = Doc(self.vocab)
        other._copy_rows(self)
        for name in ("_vector", "_vector_norm", "_tensor", "_scores", "cats", "user_data"):
            setattr(other, name, deepcopy(getattr(self, name)))
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

    def to_json(self, underscore: list[str] | None = None, *, scores: bool = False) -> dict[str, Any]:
        """The text and annotations as JSON; of custom attributes those named. scores: with the score of each entity."""
        from .doc_json import to_json

        return to_json(self, underscore, scores)

    def from_json(self, doc_json: dict[str, Any], *, validate: bool = False) -> Doc:
        """Fills an empty document from to_json's."""
        from .doc_json import from_json

        return from_json(self, doc_json, validate)

    def to_dict(self, *, exclude: Iterable[str] = ()) -> dict[str, Any]:
        """What to_bytes writes."""
        from .doc_bytes import to_dict

        return to_dict(self, set(exclude))

    def from_dict(self, msg: dict[str, Any], *, exclude: Iterable[str] = ()) -> Doc:
        """Fills an empty document from to_dict's."""
        from .doc_bytes import from_dict

        return from_dict(self, msg, set(exclude))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """As spaCy writes it, which reads it, too."""
        from .. import _msgpack

        return _msgpack.dumps(self.to_dict(exclude=exclude))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Doc:
        """Fills an empty document from those bytes."""
        from .. import _msgpack

        return self.from_dict(_msgpack.loads(bytes_data), exclude=exclude)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Saves it under a path. exclude: parts to leave out."""
        util.ensure_path(path).write_bytes(self.to_bytes(exclude=exclude))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Doc:
        """Reads what to_disk saved."""
        return self.from_bytes(util.ensure_path(path).read_bytes(), exclude=exclude)

    def __reduce__(self) -> Any:
        from .doc_bytes import unpickle

        data = self.to_bytes(exclude=["vocab", "user_data", "user_hooks"])
        return (
            unpickle,
            (self.vocab, (self.user_data, self.user_hooks, self.user_span_hooks, self.user_token_hooks), data),
        )
