"""Example: what a pipeline says of a text, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import Errors
from ..tokens import Doc, Span
from .alignment import Alignment
from .reference import doc_of, fixed
from .tags import doc_to_biluo_tags, offsets_to_biluo_tags


class Example:
    """predicted and reference: two documents of a text, whose tokens may differ."""

    def __init__(self, predicted: Doc, reference: Doc, *, alignment: Alignment | None = None) -> None:
        for name, doc in (("predicted", predicted), ("reference", reference)):
            if doc is None:
                raise TypeError(Errors.E972.format(arg=name))
        self.x, self.y = predicted, reference
        self._alignment = alignment
        self._aligned = self._words()

    @property
    def predicted(self) -> Doc:
        return self.x

    @predicted.setter
    def predicted(self, doc: Doc) -> None:
        self.x, self._alignment = doc, None

    @property
    def reference(self) -> Doc:
        return self.y

    @reference.setter
    def reference(self, doc: Doc) -> None:
        self.y, self._alignment = doc, None

    def __len__(self) -> int:
        return len(self.x)

    def copy(self) -> Example:
        return Example(self.x.copy(), self.y.copy())

    @classmethod
    def from_dict(cls, predicted: Doc, example_dict: Mapping[str, Any]) -> Example:
        """The reference out of what is known of it: words, tags, heads, entities, cats, spans …"""
        if predicted is None or example_dict is None:
            n, kind = ("first", "Doc") if predicted is None else ("second", "dict")
            raise ValueError(Errors.E976.format(n=n, type=kind))
        tokens, whole = fixed(example_dict)
        if "ORTH" not in tokens:
            tokens["ORTH"] = [token.text for token in predicted]
            tokens["SPACY"] = [token.whitespace_ for token in predicted]
        return cls(predicted, doc_of(predicted.vocab, tokens, whole))

    # ---- alignment

    def _words(self) -> tuple[list[str], list[str]]:
        return [token.text for token in self.x], [token.text for token in self.y]

    @property
    def alignment(self) -> Alignment:
        """Which tokens are which; made again when the documents' words have changed."""
        words = self._words()
        if self._alignment is None or words != self._aligned:
            self._alignment, self._aligned = Alignment.from_strings(*words), words
        return self._alignment

    def get_aligned(self, field: int | str, as_string: bool = False) -> list[Any]:
        """An attribute of the reference for each predicted token; None where its tokens do not agree."""
        values = self.y.to_array([field]).ravel().tolist()
        align = self.alignment.x2y
        found = []
        for i in range(len(self.x)):
            mine = {values[at] for at in align[i].tolist()}
            found.append(mine.pop() if len(mine) == 1 else None)
        if as_string and field not in ("ENT_IOB", "SENT_START"):
            return [None if value is None else self.y.vocab.strings[value] for value in found]
        return found

    def get_aligned_parse(self, projectivize: bool = True) -> tuple[list[Any], list[Any]]:
        """Heads and labels of the reference for each predicted token. Of trees whose arcs cross only with projectivize=False."""
        heads, deps = [token.head.i for token in self.y], [token.dep_ for token in self.y]
        if projectivize and _arcs_cross(heads):
            raise NotImplementedError(
                "tern_nlp does not make trees projective, as only training does: get_aligned_parse(projectivize=False)"
            )
        x2y, y2x = self.alignment.x2y, self.alignment.y2x
        aligned_heads: list[Any] = [None] * len(self.x)
        aligned_deps: list[Any] = [None] * len(self.x)
        for i in range(len(self.x)):
            gold = x2y[i].tolist()
            if len(gold) == 1:
                aligned_deps[i] = deps[gold[0]]
                head = y2x[heads[gold[0]]].tolist()
                aligned_heads[i] = head[0] if len(head) == 1 else None
        return aligned_heads, aligned_deps

    def get_aligned_sent_starts(self) -> list[bool | None]:
        """Does a sentence of the reference begin with each predicted token? None if it has no sentences."""
        if not self.y.has_annotation("SENT_START"):
            return [None] * len(self.x)
        found: list[bool | None] = [False] * len(self.x)
        for sentence in self.y.sents:
            found[int(self.alignment.y2x[sentence.start][0])] = True
        return found

    def get_aligned_spans_x2y(self, x_spans: Iterable[Span], allow_overlap: bool = False) -> list[Span]:
        """Spans of the predicted document as such of the reference, those with the same text."""
        return self._aligned_spans(self.y, x_spans, self.alignment.x2y, allow_overlap)

    def get_aligned_spans_y2x(self, y_spans: Iterable[Span], allow_overlap: bool = False) -> list[Span]:
        return self._aligned_spans(self.x, y_spans, self.alignment.y2x, allow_overlap)

    @staticmethod
    def _aligned_spans(doc: Doc, spans: Iterable[Span], align: Any, allow_overlap: bool) -> list[Span]:
        seen: set[int] = set()
        found = []
        for span in spans:
            places = [at for at in align[span.start : span.end].tolist() if allow_overlap or at not in seen]
            if not places:
                continue
            aligned = Span(doc, places[0], places[-1] + 1, label=span.label)
            texts = [each.text.lower().strip().replace(" ", "") for each in (aligned, span)]
            if texts[0] == texts[1]:
                found.append(aligned)
                seen.update(places)
        return found

    def get_aligned_ents_and_ner(self) -> tuple[list[Span], list[Any]]:
        """The reference's entities in the predicted document, and tags of its tokens; None for what is not known."""
        if not self.y.has_annotation("ENT_IOB"):
            return [], [None] * len(self.x)
        ents = self.get_aligned_spans_y2x(self.y.ents)
        tags = offsets_to_biluo_tags(self.x, [(e.start_char, e.end_char, e.label_) for e in ents], missing=None)
        for i, iob in enumerate(self.get_aligned("ENT_IOB")):
            if tags[i] is None and (iob == 2 or self.x[i].is_space):
                tags[i] = "O"
        return ents, tags

    def get_aligned_ner(self) -> list[Any]:
        return self.get_aligned_ents_and_ner()[1]

    def get_matching_ents(self, check_label: bool = True) -> list[Span]:
        """The predicted entities that the reference has too."""
        right = {(ent.start_char, ent.end_char): ent.label for ent in self.y.ents}
        places = [(ent, (ent.start_char, ent.end_char)) for ent in self.x.ents]
        return [ent for ent, at in places if at in right and (not check_label or ent.label == right[at])]

    def split_sents(self) -> list[Example]:
        """An example for each sentence of the reference."""
        if not self.y.has_annotation("SENT_START"):
            return [self]
        seen: set[int] = set()
        found = []
        for sentence in self.y.sents:
            places = [at for at in self.alignment.y2x[sentence.start : sentence.end].tolist() if at not in seen]
            if places:
                found.append(Example(self.x[places[0] : places[-1] + 1].as_doc(), sentence.as_doc()))
                seen.update(places)
        return found

    # ---- as a dict

    def to_dict(self) -> dict[str, Any]:
        """The reference, as from_dict takes it."""
        y = self.y
        spans = {
            key: [(span.start_char, span.end_char, span.label_, span.kb_id_) for span in group]
            for key, group in y.spans.items()
        }
        links = {(ent.start_char, ent.end_char): {ent.kb_id_: 1.0} for ent in y.ents if ent.kb_id_}
        return {
            "doc_annotation": {"cats": dict(y.cats), "entities": doc_to_biluo_tags(y), "spans": spans, "links": links},
            "token_annotation": {
                "ORTH": [token.text for token in y],
                "SPACY": [bool(token.whitespace_) for token in y],
                "TAG": [token.tag_ for token in y],
                "LEMMA": [token.lemma_ for token in y],
                "POS": [token.pos_ for token in y],
                "MORPH": [str(token.morph) for token in y],
                "HEAD": [token.head.i for token in y],
                "DEP": [token.dep_ for token in y],
                "SENT_START": [int(bool(token.is_sent_start)) for token in y],
            },
        }

    @property
    def text(self) -> str:
        return self.x.text

    def __str__(self) -> str:
        return str(self.to_dict())

    __repr__ = __str__


def _arcs_cross(heads: list[int]) -> bool:
    arcs = [(min(i, head), max(i, head)) for i, head in enumerate(heads) if i != head]
    return any(a < c < b < d for a, b in arcs for c, d in arcs)


def validate_examples(examples: Any, method: str) -> None:
    """TypeError for anything else than several examples."""
    if not isinstance(examples, Iterable):
        raise TypeError(Errors.E978.format(name=method, types=type(examples)))
    wrong = {type(example) for example in examples if not isinstance(example, Example)}
    if wrong:
        raise TypeError(Errors.E978.format(name=method, types=wrong))


def validate_get_examples(get_examples: Callable[[], Any], method: str) -> None:
    """The same of what gives them."""
    if not callable(get_examples):
        raise TypeError(Errors.E930.format(method=method, obj=type(get_examples)))
    examples = get_examples()
    if not examples:
        raise TypeError(Errors.E930.format(method=method, obj=examples))
    validate_examples(examples, method)
